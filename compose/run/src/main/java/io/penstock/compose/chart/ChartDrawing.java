package io.penstock.compose.chart;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws charts as SVG; needs no display. */
public final class ChartDrawing {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;

  /** More bars' names than these run into each other. */
  private static final int MOST_LEVEL_LABELS = 6;

  /** Told apart also by readers who do not see red and green (Okabe and Ito, 2008). */
  private static final Color[] COLOURS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9),
    new Color(0x555555),
    new Color(0xF0E442)
  };

  private static final Pattern DECIMALS = Pattern.compile("(\\.\\d{2})\\d+");
  private static final Pattern BETWEEN_ELEMENTS = Pattern.compile(">\\s+<");

  private ChartDrawing() {}

  /** The chart as an SVG document. */
  public static String svg(Chart chart) throws IOException {
    System.setProperty("java.awt.headless", "true");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(
        switch (chart.kind()) {
          case LINES -> lines(chart);
          case BARS -> bars(chart);
        },
        bytes,
        VectorGraphicsFormat.SVG);
    return titled(smaller(bytes.toString(StandardCharsets.UTF_8)), chart);
  }

  /** Letters are drawn as outlines, so that needless decimals and indents add up. */
  private static String smaller(String svg) {
    return DECIMALS.matcher(BETWEEN_ELEMENTS.matcher(svg).replaceAll("><")).replaceAll("$1");
  }

  /** With a text that a browser shows and a screen reader reads, since outlines cannot be. */
  private static String titled(String svg, Chart chart) {
    String words =
        "%s: %s, by %s; %s"
            .formatted(
                chart.title(),
                chart.vertical(),
                chart.horizontal(),
                chart.series().stream().map(Chart.Series::name).collect(Collectors.joining(", ")))
            .replace("&", "&amp;")
            .replace("<", "&lt;");
    return svg.replaceFirst(
        "(<svg [^>]*>)", "$1" + Matcher.quoteReplacement("<title>" + words + "</title>"));
  }

  private static XYChart lines(Chart chart) {
    XYChart drawing =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    style(drawing.getStyler());
    drawing.getStyler().setXAxisLogarithmic(chart.logarithmic());
    drawing.getStyler().setYAxisLogarithmic(chart.logarithmic());
    chart.series().forEach(each -> drawing.addSeries(each.name(), each.x(), each.y()));
    return drawing;
  }

  private static CategoryChart bars(Chart chart) {
    CategoryChart drawing =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.horizontal())
            .yAxisTitle(chart.vertical())
            .build();
    style(drawing.getStyler());
    if (chart.logarithmic()) {
      drawing.getStyler().setYAxisLogarithmic(true);
      // Bars would begin at 0 otherwise, which is not on the axis.
      drawing.getStyler().setYAxisMin(decadeBelow(chart));
    }
    if (chart.categories().size() > MOST_LEVEL_LABELS) {
      drawing.getStyler().setXAxisLabelRotation(45);
    }
    chart.series().forEach(each -> drawing.addSeries(each.name(), chart.categories(), each.y()));
    return drawing;
  }

  private static double decadeBelow(Chart chart) {
    double least =
        chart.series().stream()
            .flatMap(each -> each.y().stream())
            .mapToDouble(Double::doubleValue)
            .min()
            .orElse(1);
    return Math.pow(10, Math.floor(Math.log10(least)));
  }

  private static void style(Styler styler) {
    styler.setSeriesColors(COLOURS);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideE);
  }
}
