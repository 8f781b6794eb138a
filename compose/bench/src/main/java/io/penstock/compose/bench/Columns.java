package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one kind of row, from which both a report's tables and its JSON are made. A value
 * that could not be measured is null or NaN.
 *
 * @param <T> the type of a row
 */
public final class Columns<T> {

  private final List<Column<T>> columns;

  private Columns(List<Column<T>> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Columns in the order of the table. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <T> Columns<T> of(Column<T>... columns) {
    return new Columns<>(List.of(columns));
  }

  /** The same, for columns that are put together from several lists. */
  public static <T> Columns<T> of(List<Column<T>> columns) {
    return new Columns<>(columns);
  }

  /**
   * Makes a table of rows.
   *
   * @param name part of a file's name
   */
  public BenchTable table(String name, List<T> rows) {
    List<Column<T>> shown = shown();
    BenchTable table = new BenchTable(name, headings(shown).toArray(String[]::new));
    rows.forEach(row -> table.row(cells(shown, row).toArray()));
    return table;
  }

  /**
   * Makes a table of rows that have names.
   *
   * @param name part of a file's name
   * @param label the heading of the names
   * @param rows by name, in the order of the table
   */
  public BenchTable table(String name, String label, Map<?, T> rows) {
    List<Column<T>> shown = shown();
    List<String> headings = new ArrayList<>(List.of(label));
    headings.addAll(headings(shown));
    BenchTable table = new BenchTable(name, headings.toArray(String[]::new));
    rows.forEach(
        (key, row) -> {
          List<@Nullable Object> cells = new ArrayList<>();
          cells.add(key);
          cells.addAll(cells(shown, row));
          table.row(cells.toArray());
        });
    return table;
  }

  /** Sets the fields of a row, and returns the object. */
  public ObjectNode put(ObjectNode json, T row) {
    for (Column<T> column : fields()) {
      Figures.put(json, column.field(), column.of(row));
    }
    return json;
  }

  /** Sets an object for each row, by its name. */
  public void putEach(ObjectNode json, Map<?, T> rows) {
    rows.forEach((key, row) -> put(json.putObject(key.toString()), row));
  }

  /** Sets an object for each field, which has the rows' values by their names. */
  public void putByField(ObjectNode json, Map<?, T> rows) {
    for (Column<T> column : fields()) {
      ObjectNode values = json.putObject(column.field());
      rows.forEach((key, row) -> Figures.put(values, key.toString(), column.of(row)));
    }
  }

  private List<Column<T>> shown() {
    return columns.stream().filter(column -> column.heading() != null).toList();
  }

  private List<Column<T>> fields() {
    return columns.stream().filter(column -> column.field() != null).toList();
  }

  private static <T> List<String> headings(List<Column<T>> columns) {
    return columns.stream().map(Column::heading).toList();
  }

  private static <T> List<@Nullable Object> cells(List<Column<T>> columns, T row) {
    List<@Nullable Object> cells = new ArrayList<>();
    columns.forEach(column -> cells.add(column.shown(row)));
    return cells;
  }
}
