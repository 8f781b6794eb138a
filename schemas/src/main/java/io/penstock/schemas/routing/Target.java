package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import org.jspecify.annotations.Nullable;

/**
 * A model, or one variant of it, that requests wait for and workers serve. Its spelling is {@code
 * MODEL} or {@code MODEL#VARIANT}. A worker that serves {@code MODEL} serves every variant.
 *
 * @param model the model's registry name
 * @param variant the variant's name, or null
 */
public record Target(String model, @Nullable String variant) {

  /** What stands between model and variant; no name of either holds it. */
  public static final char SEPARATOR = '#';

  public static Target ofModel(String model) {
    return new Target(model, null);
  }

  /** Returns what a request with this choice waits for. */
  public static Target of(ModelChoice choice) {
    return new Target(choice.getModel(), choice.getVariant().orElse(null));
  }

  /** Where a request may be moved to. */
  public static Target of(ModelAlternative alternative) {
    return new Target(alternative.getModel(), alternative.getVariant().orElse(null));
  }

  /** Reads {@link #toString}'s form; what stands after the first separator is the variant. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Target parse(String text) {
    int at = text.indexOf(SEPARATOR);
    return at < 0 ? ofModel(text) : new Target(text.substring(0, at), text.substring(at + 1));
  }

  @Override
  @JsonValue
  public String toString() {
    return variant == null ? model : model + SEPARATOR + variant;
  }
}
