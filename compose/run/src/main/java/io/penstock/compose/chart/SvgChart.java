package io.penstock.compose.chart;

import io.penstock.compose.chart.Chart.Series;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Draws a chart as SVG. Its text is text, which can be searched, copied and read aloud. */
public final class SvgChart {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LEFT = 80;
  private static final int RIGHT = 200;
  private static final int TOP = 40;
  private static final int BOTTOM = 90;
  private static final int PLOT_WIDTH = WIDTH - LEFT - RIGHT;
  private static final int PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
  private static final int LEGEND = LEFT + PLOT_WIDTH + 16;

  /** With more bars than this their names overlap. */
  private static final int MOST_LEVEL_LABELS = 6;

  /** The part of a category's width that its bars take. */
  private static final double BARS = 0.8;

  /** Readers who do not see red and green tell them apart too (Okabe and Ito, 2008). */
  private static final List<String> COLOURS =
      List.of(
          "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#F0E442");

  private final Chart chart;
  private final Axis vertical;
  private final Formatter svg = new Formatter(Locale.ROOT);

  private SvgChart(Chart chart) {
    this.chart = chart;
    this.vertical =
        Axis.of(
            chart.series().stream().flatMap(each -> each.y().stream()).toList(),
            chart.logarithmic());
  }

  /** The chart as an SVG document. */
  public static String of(Chart chart) {
    return new SvgChart(chart).draw();
  }

  private String draw() {
    svg.format(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
        font-size="12"><title>%s</title>
        <rect width="100%%" height="100%%" fill="white"/>
        """,
        WIDTH, HEIGHT, escaped(summary()));
    text(WIDTH / 2.0, 22, "middle", "font-size=\"15\"", chart.title());
    text(LEFT + PLOT_WIDTH / 2.0, HEIGHT - 12.0, "middle", "", chart.horizontal());
    double middle = TOP + PLOT_HEIGHT / 2.0;
    text(
        18,
        middle,
        "middle",
        "transform=\"rotate(-90 18 %.0f)\"".formatted(middle),
        chart.vertical());
    for (double tick : vertical.ticks()) {
      line(LEFT, y(tick), LEFT + PLOT_WIDTH, y(tick), "#dddddd");
      text(LEFT - 6, y(tick) + 4, "end", "", Axis.label(tick));
    }
    switch (chart.kind()) {
      case LINES -> lines();
      case BARS -> bars();
    }
    line(LEFT, TOP, LEFT, TOP + PLOT_HEIGHT, "black");
    line(LEFT, TOP + PLOT_HEIGHT, LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT, "black");
    legend();
    return svg.format("</svg>\n").toString();
  }

  private String summary() {
    return "%s: %s, by %s; %s"
        .formatted(
            chart.title(),
            chart.vertical(),
            chart.horizontal(),
            chart.series().stream().map(Series::name).collect(Collectors.joining(", ")));
  }

  private void lines() {
    Axis horizontal =
        Axis.of(
            chart.series().stream().flatMap(each -> each.x().stream()).toList(),
            chart.logarithmic());
    for (double tick : horizontal.ticks()) {
      double x = LEFT + PLOT_WIDTH * horizontal.place(tick);
      line(x, TOP + PLOT_HEIGHT, x, TOP + PLOT_HEIGHT + 5, "black");
      text(x, TOP + PLOT_HEIGHT + 18, "middle", "", Axis.label(tick));
    }
    for (int i = 0; i < chart.series().size(); i++) {
      Series series = chart.series().get(i);
      StringBuilder points = new StringBuilder();
      for (int j = 0; j < series.x().size(); j++) {
        double x = LEFT + PLOT_WIDTH * horizontal.place(series.x().get(j));
        double y = y(series.y().get(j));
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        svg.format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>\n", x, y, colour(i));
      }
      svg.format(
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
          points.toString().strip(), colour(i));
    }
  }

  private void bars() {
    double group = (double) PLOT_WIDTH / chart.categories().size();
    double width = group * BARS / chart.series().size();
    for (int i = 0; i < chart.categories().size(); i++) {
      double start = LEFT + group * i + group * (1 - BARS) / 2;
      for (int j = 0; j < chart.series().size(); j++) {
        bar(start + width * j, width, chart.series().get(j).y().get(i), colour(j));
      }
      category(LEFT + group * (i + 0.5), chart.categories().get(i));
    }
  }

  /** A bar stands on 0, or on the axis's beginning where 0 is not on it. */
  private void bar(double x, double width, double figure, String colour) {
    double foot = y(vertical.logarithmic() ? vertical.least() : 0);
    double head = y(figure);
    svg.format(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
        x, Math.min(foot, head), width, Math.abs(foot - head), colour);
  }

  private void category(double x, String name) {
    double y = TOP + PLOT_HEIGHT + 18;
    if (chart.categories().size() > MOST_LEVEL_LABELS) {
      text(x, y, "end", "transform=\"rotate(-30 %.0f %.0f)\"".formatted(x, y), name);
    } else {
      text(x, y, "middle", "", name);
    }
  }

  private void legend() {
    for (int i = 0; i < chart.series().size(); i++) {
      int y = TOP + 20 * i;
      svg.format(
          "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>\n",
          LEGEND, y, colour(i));
      text(LEGEND + 18, y + 10, "start", "", chart.series().get(i).name());
    }
  }

  private double y(double figure) {
    return TOP + PLOT_HEIGHT * (1 - vertical.place(figure));
  }

  private static String colour(int series) {
    return COLOURS.get(series % COLOURS.size());
  }

  private void line(double x1, double y1, double x2, double y2, String colour) {
    svg.format(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
        x1, y1, x2, y2, colour);
  }

  private void text(double x, double y, String anchor, String more, String words) {
    svg.format(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>\n",
        x, y, anchor, more, escaped(words));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
