package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as a file spells it: the fields of {@link ModelSpec}, each of which may be missing. Plain
 * fields, because Jackson knows the line of an unknown key only where it sets fields as it reads.
 */
final class ModelEntry {

  @Nullable String name;
  List<String> aliases = List.of();
  List<String> endpoints = List.of();
  @Nullable Integer contextWindow;
  @Nullable Integer maxOutputTokens;
  @Nullable String tokenizer;
  List<Integer> partitions = List.of();
  @Nullable Double inputPricePerMillion;
  @Nullable Double outputPricePerMillion;
  @Nullable Double quality;
  List<String> fallbacks = List.of();
  Map<String, String> tags = Map.of();
  List<Variant> variants = List.of();

  static final class Variant {
    @Nullable String name;
    @Nullable Integer weight;
    @Nullable String state;
    Map<String, String> tags = Map.of();

    ModelVariant toVariant() {
      ModelVariant.Builder variant =
          ModelVariant.newBuilder().setName(name == null ? "" : name).setTags(tags);
      if (weight != null) {
        variant.setWeight(weight);
      }
      if (state != null) {
        variant.setState(state);
      }
      return variant.build();
    }
  }

  /** What is missing becomes a value that the rules refuse. */
  ModelSpec toSpec(Instant updatedAt) {
    ModelSpec.Builder spec =
        ModelSpec.newBuilder()
            .setName(name == null ? "" : name)
            .setAliases(aliases)
            .setEndpoints(endpoints)
            .setContextWindow(contextWindow == null ? 0 : contextWindow)
            .setMaxOutputTokens(maxOutputTokens == null ? 0 : maxOutputTokens)
            .setPartitions(partitions)
            .setInputPricePerMillion(inputPricePerMillion)
            .setOutputPricePerMillion(outputPricePerMillion)
            .setQuality(quality)
            .setFallbacks(fallbacks)
            .setTags(tags)
            .setVariants(variants.stream().map(Variant::toVariant).toList())
            .setUpdatedAt(updatedAt);
    if (tokenizer != null) {
      spec.setTokenizer(tokenizer);
    }
    return spec.build();
  }
}
