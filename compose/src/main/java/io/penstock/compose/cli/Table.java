package io.penstock.compose.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under headings. Columns are as wide as their content; where the line is too long for
 * the terminal, the last column is cut with an ellipsis.
 */
final class Table {

  private static final int LEAST_LAST_COLUMN = 10;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  void row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, headings.size()));
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell).replaceAll("\\p{Cntrl}+", " "));
    }
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints the table; the headings in bold where colour is welcome. */
  void print(Console console) {
    int limit = console.outTerminal() ? console.width() : Integer.MAX_VALUE;
    String heading = line(headings, limit);
    console.print(console.colour() ? "\u001B[1m" + heading + "\u001B[0m" : heading);
    rows.forEach(row -> console.print(line(row, limit)));
  }

  private String line(List<String> cells, int limit) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size() - 1; column++) {
      String cell = cells.get(column);
      line.append(cell).repeat(' ', width(column) - cell.length() + 2);
    }
    String last = cells.getLast();
    int room = Math.max(LEAST_LAST_COLUMN, limit - line.length());
    line.append(last.length() > room ? last.substring(0, room - 1) + "…" : last);
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int widest = headings.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }
}
