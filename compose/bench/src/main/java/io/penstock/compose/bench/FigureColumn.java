package io.penstock.compose.bench;

import java.util.function.ToDoubleFunction;

/**
 * A figure of something measured, from which columns are made: of one measurement, of the middle of
 * several, or of the difference of two.
 *
 * @param field its name in JSON
 * @param heading its name in tables, with the unit where there is one
 * @param of takes it from what was measured
 */
public record FigureColumn<T>(String field, String heading, ToDoubleFunction<T> of) {

  public double figure(T measured) {
    return of.applyAsDouble(measured);
  }
}
