package io.penstock.schemas.models;

import io.penstock.schemas.ModelVariant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The role of a variant of a model. The registry and files of models spell it in lower case. */
public enum VariantState {
  /** It takes new requests by its weight. */
  ACTIVE,
  /** It takes requests that name it, and those that a rollout or an experiment sends there. */
  SHADOW,
  /** It takes what {@link #SHADOW} takes, and is on its way out. */
  DRAINING,
  /** It takes nothing. */
  RETIRED;

  private final String spelling = name().toLowerCase(Locale.ROOT);

  /** The word that the registry uses. */
  public String spelling() {
    return spelling;
  }

  /** Returns whether a variant has this state. */
  public boolean of(ModelVariant variant) {
    return variant.getState().equals(spelling);
  }

  /** All, as the registry spells them. */
  public static List<String> spellings() {
    return Arrays.stream(values()).map(VariantState::spelling).toList();
  }

  /** Returns whether a variant takes new requests by its weight. */
  public static boolean takesNew(ModelVariant variant) {
    return ACTIVE.of(variant) && variant.getWeight() > 0;
  }
}
