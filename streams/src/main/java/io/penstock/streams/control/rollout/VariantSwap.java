package io.penstock.streams.control.rollout;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.models.VariantTakeover;
import io.penstock.schemas.routing.Rollout;
import java.time.Instant;
import java.util.List;

/** Puts the new variant in the old one's place in the registry. */
public final class VariantSwap {

  private VariantSwap() {}

  /**
   * The model with the new variant active at the old one's weight, and the old one retired. A model
   * where that is done already is returned as it is.
   */
  public static ModelSpec completed(ModelSpec model, Rollout rollout, Instant now) {
    int weight =
        model.getVariants().stream()
            .filter(variant -> variant.getName().equals(rollout.from()))
            .mapToInt(ModelVariant::getWeight)
            .max()
            .orElse(1);
    boolean done =
        model.getVariants().stream()
            .anyMatch(
                variant ->
                    variant.getName().equals(rollout.to()) && VariantState.takesNew(variant));
    if (done) {
      return model;
    }
    return VariantTakeover.of(
        model,
        rollout.to(),
        Math.max(1, weight),
        List.of(rollout.from()),
        VariantState.RETIRED,
        now);
  }
}
