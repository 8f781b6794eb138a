package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Figures in JSON: three decimals, and null for what could not be measured. */
public final class Figures {

  private Figures() {}

  /** Sets a field and returns the object. */
  public static ObjectNode put(ObjectNode json, String field, double value) {
    return Double.isFinite(value)
        ? json.put(field, Math.round(value * 1e3) / 1e3)
        : json.putNull(field);
  }

  /** One figure over another; NaN where there is none. */
  public static double ratio(double figure, double base) {
    return base == 0 ? Double.NaN : figure / base;
  }
}
