package io.penstock.compose.cli;

import io.penstock.schemas.text.Printable;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under headings. Columns are as wide as their content; where the line is too long for
 * the terminal, long texts are cut with an ellipsis, the last column first, then the widest.
 */
public final class Table {

  private static final int GAP = 2;
  private static final int LEAST_WIDTH = 10;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  public void row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, headings.size()));
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(Printable.of(String.valueOf(cell)));
    }
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints the table; the headings in bold where colour is welcome. */
  public void print(Console console) {
    int[] widths = widths(console.outTerminal() ? console.width() : Integer.MAX_VALUE);
    String heading = line(headings, widths);
    console.print(console.colour() ? "\u001B[1m" + heading + "\u001B[0m" : heading);
    rows.forEach(row -> console.print(line(row, widths)));
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cut(cells.get(column), widths[column]);
      line.append(cell).repeat(' ', widths[column] - cell.length() + GAP);
    }
    return line.toString().stripTrailing();
  }

  private static String cut(String text, int width) {
    if (text.length() <= width) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(width - 2)) ? width - 2 : width - 1;
    return text.substring(0, end) + "…";
  }

  /** The columns' widths on a line of this many characters. */
  private int[] widths(int limit) {
    int[] widths = new int[headings.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = width(column);
    }
    long surplus = GAP * (widths.length - 1L) - limit;
    for (int width : widths) {
      surplus += width;
    }
    int last = widths.length - 1;
    surplus -= shrink(widths, last, surplus);
    while (surplus > 0) {
      int widest = 0;
      for (int column = 1; column < widths.length; column++) {
        widest = widths[column] > widths[widest] ? column : widest;
      }
      if (shrink(widths, widest, 1) == 0) {
        return widths;
      }
      surplus--;
    }
    return widths;
  }

  /** Takes up to this much from a column and says how much it was. */
  private static long shrink(int[] widths, int column, long surplus) {
    long taken = Math.clamp(surplus, 0, Math.max(0, widths[column] - LEAST_WIDTH));
    widths[column] -= (int) taken;
    return taken;
  }

  private int width(int column) {
    int widest = headings.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }
}
