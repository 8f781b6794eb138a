package io.penstock.compose.bench.sim;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A figure of a fleet, as a column of tables and a field of JSON.
 *
 * @param field its name in JSON
 * @param heading its name in tables
 * @param of takes it from the metrics
 */
public record FleetColumn(String field, String heading, ToDoubleFunction<FleetMetrics> of) {

  public static final FleetColumn INTERACTIVE =
      new FleetColumn("interactive_slo", "interactive %", FleetMetrics::interactiveSlo);
  public static final FleetColumn STANDARD =
      new FleetColumn("standard_slo", "standard %", FleetMetrics::standardSlo);
  public static final FleetColumn BATCH =
      new FleetColumn("batch_slo", "batch %", FleetMetrics::batchSlo);

  /** What is shown beside the shares of requests that were served in time. */
  public static final List<FleetColumn> REST =
      List.of(
          new FleetColumn("ttft_p50_ms", "ttft p50 ms", FleetMetrics::ttftP50Millis),
          new FleetColumn("ttft_p99_ms", "ttft p99 ms", FleetMetrics::ttftP99Millis),
          new FleetColumn("goodput_per_s", "goodput/s", FleetMetrics::goodputPerSecond),
          new FleetColumn("utilisation", "busy %", FleetMetrics::utilisation));
}
