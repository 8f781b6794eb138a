package io.penstock.compose.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Places figures along one side of a chart.
 *
 * @param least the figure at the beginning
 * @param greatest the figure at the end, above the least
 * @param step from one marked figure to the next; of no meaning on a logarithmic axis
 * @param logarithmic whether equal lengths are equal factors; figures are above 0 then
 */
record Axis(double least, double greatest, double step, boolean logarithmic) {

  private static final int TICKS = 6;

  /** An axis for these figures: from 0 or below, or between powers of ten. */
  static Axis of(List<Double> figures, boolean logarithmic) {
    double least = figures.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double greatest = figures.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    return logarithmic ? decades(least, greatest) : linear(Math.min(0, least), greatest);
  }

  private static Axis decades(double least, double greatest) {
    double low = Math.pow(10, Math.floor(Math.log10(least)));
    double high = Math.pow(10, Math.ceil(Math.log10(greatest)));
    return new Axis(low, high > low ? high : low * 10, 0, true);
  }

  private static Axis linear(double least, double greatest) {
    double high = greatest > least ? greatest : least + 1;
    double step = step(high - least);
    return new Axis(Math.floor(least / step) * step, Math.ceil(high / step) * step, step, false);
  }

  /** The round number that parts this span into about {@link #TICKS} pieces. */
  private static double step(double span) {
    double magnitude = Math.pow(10, Math.floor(Math.log10(span / TICKS)));
    double pieces = span / TICKS / magnitude;
    return magnitude * (pieces <= 1 ? 1 : pieces <= 2 ? 2 : pieces <= 5 ? 5 : 10);
  }

  /** The figure's place from 0, the beginning, to 1, the end. */
  double place(double figure) {
    return logarithmic
        ? Math.log(figure / least) / Math.log(greatest / least)
        : (figure - least) / (greatest - least);
  }

  /** The figures that are marked along the axis. */
  double[] ticks() {
    if (logarithmic) {
      return DoubleStream.iterate(least, tick -> tick <= greatest * 1.001, tick -> tick * 10)
          .toArray();
    }
    int count = (int) Math.round((greatest - least) / step);
    return IntStream.rangeClosed(0, count).mapToDouble(i -> least + i * step).toArray();
  }

  /** A marked figure as a person reads it. */
  static String label(double tick) {
    double size = Math.abs(tick);
    if (size >= 1e6 || (size > 0 && size < 1e-4)) {
      return String.format(Locale.ROOT, "%.0e", tick);
    }
    String text = String.format(Locale.ROOT, "%.4f", tick);
    return text.replaceFirst("\\.?0+$", "");
  }
}
