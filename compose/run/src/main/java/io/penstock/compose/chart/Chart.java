package io.penstock.compose.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture of some figures.
 *
 * @param name of lower-case letters, digits and hyphens: part of a file's name
 * @param kind how it is drawn
 * @param title what it shows, with what is needed to read it right
 * @param horizontal the horizontal axis: name and unit
 * @param vertical the vertical axis: name and unit
 * @param logarithmic whether the vertical axis is logarithmic, for LINES the horizontal too;
 *     figures must be above 0 then
 * @param categories the bars' names, for BARS; empty for LINES
 * @param series what is shown; at least one
 */
public record Chart(
    String name,
    Kind kind,
    String title,
    String horizontal,
    String vertical,
    boolean logarithmic,
    List<String> categories,
    List<Series> series) {

  /** The kind of a chart. */
  public enum Kind {
    /** Points joined by lines. */
    LINES,
    /** A group of bars for each category, a bar for each series. */
    BARS
  }

  /**
   * One line, or one colour of bars.
   *
   * @param name for the legend
   * @param x horizontal positions, ascending; empty for BARS
   * @param y figures, one for each position or category
   */
  public record Series(String name, List<Double> x, List<Double> y) {

    public Series {
      x = List.copyOf(x);
      y = List.copyOf(y);
    }
  }

  public Chart {
    categories = List.copyOf(categories);
    series = List.copyOf(series);
    if (!name.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "the chart's name '%s' must be of lower-case letters, digits and hyphens"
              .formatted(name));
    }
    if (series.isEmpty()) {
      throw new IllegalArgumentException("chart %s has no series".formatted(name));
    }
    for (Series each : series) {
      int places =
          switch (kind) {
            case LINES -> each.x().size();
            case BARS -> categories.size();
          };
      if (each.y().isEmpty() || each.y().size() != places) {
        throw new IllegalArgumentException(
            "series %s of chart %s has %d figures for %d places"
                .formatted(each.name(), name, each.y().size(), places));
      }
    }
  }

  /** Lines without series yet. */
  public static Builder lines(String name, String title, String horizontal, String vertical) {
    return new Builder(Kind.LINES, name, title, horizontal, vertical, List.of());
  }

  /** Bars without series yet. */
  public static Builder bars(
      String name, String title, String horizontal, String vertical, List<String> categories) {
    return new Builder(Kind.BARS, name, title, horizontal, vertical, categories);
  }

  /** Gathers a chart's series. */
  public static final class Builder {

    private final Kind kind;
    private final String name;
    private final String title;
    private final String horizontal;
    private final String vertical;
    private final List<String> categories;
    private final List<Series> series = new ArrayList<>();
    private boolean logarithmic;

    private Builder(
        Kind kind,
        String name,
        String title,
        String horizontal,
        String vertical,
        List<String> categories) {
      this.kind = kind;
      this.name = name;
      this.title = title;
      this.horizontal = horizontal;
      this.vertical = vertical;
      this.categories = categories;
    }

    public Builder logarithmic() {
      logarithmic = true;
      return this;
    }

    /** A line through these points. */
    public Builder line(String label, List<Double> x, List<Double> y) {
      series.add(new Series(label, x, y));
      return this;
    }

    /** A bar in each category. */
    public Builder bar(String label, List<Double> y) {
      series.add(new Series(label, List.of(), y));
      return this;
    }

    public Chart build() {
      return new Chart(name, kind, title, horizontal, vertical, logarithmic, categories, series);
    }
  }
}
