package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Figures in JSON: three decimals, and null for what could not be measured. */
public final class Figures {

  private Figures() {}

  /** Sets a field and returns the object. */
  public static ObjectNode put(ObjectNode json, String field, double value) {
    return Double.isFinite(value)
        ? json.put(field, Math.round(value * 1e3) / 1e3)
        : json.putNull(field);
  }

  /** Sets a field to a figure, a whole number, a flag or a text, and returns the object. */
  public static ObjectNode put(ObjectNode json, String field, @Nullable Object value) {
    return switch (value) {
      case null -> json.putNull(field);
      case Double figure -> put(json, field, figure.doubleValue());
      case Integer number -> json.put(field, number);
      case Long number -> json.put(field, number);
      case Boolean flag -> json.put(field, flag);
      default -> json.put(field, value.toString());
    };
  }

  /** One figure over another; NaN where there is none. */
  public static double ratio(double figure, double base) {
    return base == 0 ? Double.NaN : figure / base;
  }
}
