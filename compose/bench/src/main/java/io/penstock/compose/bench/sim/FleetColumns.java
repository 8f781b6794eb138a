package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.FigureColumn;
import java.util.List;

/** The figures of a fleet. */
public final class FleetColumns {

  public static final FigureColumn<FleetMetrics> INTERACTIVE =
      new FigureColumn<>("interactive_slo", "interactive %", FleetMetrics::interactiveSlo);
  public static final FigureColumn<FleetMetrics> STANDARD =
      new FigureColumn<>("standard_slo", "standard %", FleetMetrics::standardSlo);
  public static final FigureColumn<FleetMetrics> BATCH =
      new FigureColumn<>("batch_slo", "batch %", FleetMetrics::batchSlo);

  /** What is shown beside the shares of requests that were served in time. */
  public static final List<FigureColumn<FleetMetrics>> REST =
      List.of(
          new FigureColumn<>("ttft_p50_ms", "ttft p50 ms", FleetMetrics::ttftP50Millis),
          new FigureColumn<>("ttft_p99_ms", "ttft p99 ms", FleetMetrics::ttftP99Millis),
          new FigureColumn<>("goodput_per_s", "goodput/s", FleetMetrics::goodputPerSecond),
          new FigureColumn<>("utilisation", "busy %", FleetMetrics::utilisation));

  private FleetColumns() {}
}
