package io.penstock.streams.score.model;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.streams.score.hash.StableHash;
import java.util.List;
import java.util.Optional;

/** Splits requests over a model's active variants by weight; a request id always falls alike. */
final class VariantChoice {

  private static final String ACTIVE = "active";

  private VariantChoice() {}

  /** Whether the model is served, so far as its variants say: it has none, or an active one. */
  static boolean served(ModelSpec spec) {
    return spec.getVariants().isEmpty() || !active(spec).isEmpty();
  }

  /** The variant for a request; empty if the model has none or none is active. */
  static Optional<String> of(ModelSpec spec, String requestId) {
    List<ModelVariant> active = active(spec);
    if (active.isEmpty()) {
      return Optional.empty();
    }
    long total = active.stream().mapToLong(ModelVariant::getWeight).sum();
    long hash = new StableHash().add(spec.getName()).add(requestId).value();
    long point = Long.remainderUnsigned(hash, total);
    for (ModelVariant variant : active) {
      point -= variant.getWeight();
      if (point < 0) {
        return Optional.of(variant.getName());
      }
    }
    throw new AssertionError("weights add up to less than their sum");
  }

  private static List<ModelVariant> active(ModelSpec spec) {
    return spec.getVariants().stream()
        .filter(v -> v.getState().equals(ACTIVE) && v.getWeight() > 0)
        .toList();
  }
}
