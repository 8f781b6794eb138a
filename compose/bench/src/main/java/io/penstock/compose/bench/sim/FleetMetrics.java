package io.penstock.compose.bench.sim;

import io.penstock.schemas.ServiceClass;
import java.util.Collection;
import java.util.List;

/**
 * The metrics of a run.
 *
 * @param interactiveSlo percent of the interactive requests served in time; NaN if there are none
 * @param standardSlo the same of the standard ones
 * @param batchSlo the same of the batch ones
 * @param ttftP50Millis median time to first token of the interactive ones
 * @param ttftP99Millis 99th percentile of it
 * @param goodputPerSecond requests of all classes served in time, per second of arrivals
 * @param utilisation percent of the engines' time, from first arrival to last token, spent in
 *     iterations; NaN where no engine told
 */
public record FleetMetrics(
    double interactiveSlo,
    double standardSlo,
    double batchSlo,
    double ttftP50Millis,
    double ttftP99Millis,
    double goodputPerSecond,
    double utilisation) {

  static FleetMetrics of(Collection<SimRequest> requests, List<SimGpu> gpus, long endNanos) {
    long arrivals = requests.stream().mapToLong(request -> request.arrival).max().orElse(0);
    long[] ttft =
        requests.stream()
            .filter(request -> request.serviceClass == ServiceClass.INTERACTIVE)
            .mapToLong(SimRequest::timeToFirstToken)
            .sorted()
            .toArray();
    long inTime = requests.stream().filter(SimRequest::inTime).count();
    long busy = gpus.stream().mapToLong(SimGpu::busy).sum();
    return new FleetMetrics(
        slo(requests, ServiceClass.INTERACTIVE),
        slo(requests, ServiceClass.STANDARD),
        slo(requests, ServiceClass.BATCH),
        quantile(ttft, 0.5),
        quantile(ttft, 0.99),
        inTime / (Math.max(1, arrivals) * 1e-9),
        gpus.isEmpty() ? Double.NaN : 100.0 * busy / Math.max(1, endNanos) / gpus.size());
  }

  private static double slo(Collection<SimRequest> requests, ServiceClass serviceClass) {
    long all = 0;
    long inTime = 0;
    for (SimRequest request : requests) {
      if (request.serviceClass == serviceClass) {
        all++;
        inTime += request.inTime() ? 1 : 0;
      }
    }
    return all == 0 ? Double.NaN : 100.0 * inTime / all;
  }

  private static double quantile(long[] sorted, double quantile) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int index = (int) Math.ceil(quantile * sorted.length) - 1;
    return sorted[Math.clamp(index, 0, sorted.length - 1)] * 1e-6;
  }
}
