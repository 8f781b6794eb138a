package io.penstock.compose.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rows under headings, as figures; rounding is for readers only, and CSV has them in full. This
 * class is not thread-safe.
 */
public final class BenchTable {

  private final String name;
  private final List<String> columns;
  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  /**
   * @param name of lower-case letters, digits and hyphens: part of a file's name
   * @param columns headings, with the unit where there is one
   */
  public BenchTable(String name, String... columns) {
    if (!name.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "the table's name '%s' must be of lower-case letters, digits and hyphens"
              .formatted(name));
    }
    this.name = name;
    this.columns = List.of(columns);
  }

  /**
   * Adds a row of as many cells as there are columns.
   *
   * @param cells numbers, or anything that reads well; null where nothing was measured
   */
  public BenchTable row(@Nullable Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "%d cells for the %d columns of %s".formatted(cells.length, columns.size(), name));
    }
    List<@Nullable Object> row = new ArrayList<>();
    Collections.addAll(row, cells);
    rows.add(Collections.unmodifiableList(row));
    return this;
  }

  public String name() {
    return name;
  }

  public List<String> columns() {
    return columns;
  }

  public List<List<@Nullable Object>> rows() {
    return Collections.unmodifiableList(rows);
  }

  /** The rows as a person reads them: three figures or so of each number, {@code -} for null. */
  public List<List<String>> text() {
    return rows.stream().map(row -> row.stream().map(BenchTable::text).toList()).toList();
  }

  private static String text(@Nullable Object cell) {
    return switch (cell) {
      case null -> "-";
      case Double number -> text(number.doubleValue());
      case Float number -> text(number.doubleValue());
      default -> cell.toString();
    };
  }

  private static String text(double number) {
    if (!Double.isFinite(number)) {
      return "-";
    }
    double size = Math.abs(number);
    int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }
}
