package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A figure, as a column of tables and a field of JSON.
 *
 * @param field its name in JSON
 * @param heading its name in tables, with the unit where there is one
 * @param of takes it from what was measured
 */
public record FigureColumn<T>(String field, String heading, ToDoubleFunction<T> of) {

  public double figure(T measured) {
    return of.applyAsDouble(measured);
  }

  /** A table of these columns, after those that label its rows. */
  public static <T> BenchTable table(
      String name, List<String> labels, List<FigureColumn<T>> columns) {
    List<String> headings = new ArrayList<>(labels);
    columns.forEach(column -> headings.add(column.heading()));
    return new BenchTable(name, headings.toArray(String[]::new));
  }

  /** Adds a row of such a table: its labels and the figures of what was measured. */
  public static <T> void row(
      BenchTable table, List<FigureColumn<T>> columns, T measured, Object... labels) {
    List<Object> cells = new ArrayList<>(Arrays.asList(labels));
    columns.forEach(column -> cells.add(column.figure(measured)));
    table.row(cells.toArray());
  }

  /** Sets the fields of these columns. */
  public static <T> void put(ObjectNode json, List<FigureColumn<T>> columns, T measured) {
    columns.forEach(column -> Figures.put(json, column.field(), column.figure(measured)));
  }
}
