package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Puts one variant of a model in the place of others in the registry. */
public final class VariantTakeover {

  private VariantTakeover() {}

  /**
   * The model as it is to be applied.
   *
   * @param winner the variant that becomes active
   * @param weight its weight from then on
   * @param others the variants that lose their weight; the winner may be among them
   * @param state what they become
   */
  public static ModelSpec of(
      ModelSpec model,
      String winner,
      int weight,
      Collection<String> others,
      VariantState state,
      Instant now) {
    List<ModelVariant> variants =
        model.getVariants().stream()
            .map(
                variant -> {
                  if (variant.getName().equals(winner)) {
                    return with(variant, VariantState.ACTIVE, weight);
                  }
                  return others.contains(variant.getName()) ? with(variant, state, 0) : variant;
                })
            .toList();
    return ModelSpec.newBuilder(model).setVariants(variants).setUpdatedAt(now).build();
  }

  private static ModelVariant with(ModelVariant variant, VariantState state, int weight) {
    return ModelVariant.newBuilder(variant).setState(state.spelling()).setWeight(weight).build();
  }
}
