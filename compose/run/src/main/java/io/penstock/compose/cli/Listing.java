package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/**
 * What a command lists: the columns of a row, from which both the table for people and the JSON for
 * scripts are made, an object a line.
 *
 * @param <T> the type of a row
 */
public final class Listing<T> {

  private final Function<? super T, ObjectNode> record;
  private final List<Column<T>> columns;

  private Listing(Function<? super T, ObjectNode> record, List<Column<T>> columns) {
    this.record = record;
    this.columns = columns;
  }

  /** Rows that are their columns. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T> Listing<T> of(Column<T>... columns) {
    return of(List.of(columns));
  }

  /** The same, with columns that depend on what is asked for. */
  public static <T> Listing<T> of(List<Column<T>> columns) {
    return new Listing<>(_ -> RecordJson.MAPPER.createObjectNode(), List.copyOf(columns));
  }

  /** Rows that JSON shows as whole records; fields of the columns come behind those of these. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  static <T> Listing<T> ofRecords(Function<? super T, ObjectNode> record, Column<T>... columns) {
    return new Listing<>(record, List.of(columns));
  }

  /** Prints the rows: as JSON, an object a line, or as a table. */
  public void print(Console console, boolean json, List<T> rows) {
    if (json) {
      rows.forEach(row -> console.print(json(row)));
    } else {
      table(rows).print(console);
    }
  }

  /**
   * Prints the rows likewise.
   *
   * @param none what a person reads where there are none
   */
  public void print(Console console, boolean json, List<T> rows, String none) {
    if (!json && rows.isEmpty()) {
      console.print(none);
    } else {
      print(console, json, rows);
    }
  }

  /** A row as JSON. */
  public ObjectNode json(T row) {
    ObjectNode json = record.apply(row);
    for (Column<T> column : columns) {
      Object value = column.field() == null ? null : column.of(row);
      if (column.field() != null && !(value == null && column.leftOut())) {
        json.set(column.field(), RecordJson.node(value));
      }
    }
    return json;
  }

  /** The rows under their headings. */
  Table table(List<T> rows) {
    List<Column<T>> shown = columns.stream().filter(column -> column.heading() != null).toList();
    Table table = new Table(shown.stream().map(Column::heading).toArray(String[]::new));
    rows.forEach(row -> table.row(shown.stream().map(column -> column.cell(row)).toArray()));
    return table;
  }
}
