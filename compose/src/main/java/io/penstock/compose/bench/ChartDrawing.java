package io.penstock.compose.bench;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws charts as SVG; needs no display. */
final class ChartDrawing {

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
    new Color(0x555555)
  };

  private ChartDrawing() {}

  /** The chart as an SVG document. */
  static String svg(Chart chart) throws IOException {
    System.setProperty("java.awt.headless", "true");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(
        switch (chart.kind()) {
          case LINES -> lines(chart);
          case BARS -> bars(chart);
        },
        bytes,
        VectorGraphicsFormat.SVG);
    return bytes.toString(StandardCharsets.UTF_8);
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
    drawing.getStyler().setYAxisLogarithmic(chart.logarithmic());
    if (chart.categories().size() > MOST_LEVEL_LABELS) {
      drawing.getStyler().setXAxisLabelRotation(45);
    }
    chart.series().forEach(each -> drawing.addSeries(each.name(), chart.categories(), each.y()));
    return drawing;
  }

  private static void style(Styler styler) {
    styler.setSeriesColors(COLOURS);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideS);
  }
}
