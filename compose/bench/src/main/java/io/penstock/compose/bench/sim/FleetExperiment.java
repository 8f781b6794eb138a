package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * One repeat of a comparison for whoever runs it elsewhere than on the virtual clock: its requests
 * and engines, what the simulation of them gives, and what came of the requests elsewhere, judged
 * alike. All times are those of the trace at its load.
 */
public final class FleetExperiment {

  private final FleetBenchSettings settings;
  private final List<SimRequest> requests;

  /**
   * A request to send.
   *
   * @param arrivalNanos from the start
   * @param outputTokens that the engine will generate; dispatch does not know
   */
  public record Request(
      String id,
      long arrivalNanos,
      int promptTokens,
      int outputTokens,
      String tenant,
      ServiceClass serviceClass) {}

  /**
   * The outcome of a request.
   *
   * @param firstTokenNanos from the start
   * @param finishedNanos from the start
   */
  public record Served(long firstTokenNanos, long finishedNanos) {}

  private FleetExperiment(FleetBenchSettings settings, List<SimRequest> requests) {
    this.settings = settings;
    this.requests = requests;
  }

  /**
   * The first repeat, of the requests that arrive within this time.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static FleetExperiment within(FleetBenchSettings settings, Duration length)
      throws IOException {
    List<TraceRow> rows = settings.rows(settings.seed());
    List<SimRequest> requests =
        settings
            .mix()
            .requests(rows, settings.load(), settings.gpuProfile(), settings.seed())
            .stream()
            .filter(request -> request.arrival <= length.toNanos())
            .toList();
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("minutes leave no request of the trace; give more");
    }
    return new FleetExperiment(settings, requests);
  }

  /** By arrival. */
  public List<Request> requests() {
    return requests.stream()
        .map(
            each ->
                new Request(
                    each.id,
                    each.arrival,
                    each.promptTokens,
                    each.outputTokens,
                    each.tenant,
                    each.serviceClass))
        .toList();
  }

  public GpuProfile profile() {
    return settings.gpuProfile();
  }

  /** Returns how each worker's engine schedules. */
  public List<BatchingSettings> engines() {
    FleetSettings fleet = settings.fleet(settings.seed());
    return IntStream.range(0, fleet.workers()).mapToObj(fleet::engine).toList();
  }

  /** Prompt tokens below which a worker asks for more. */
  public int gateTokens() {
    return settings.fleet(settings.seed()).gateTokens();
  }

  /** Simulates Penstock's policy. */
  public FleetMetrics simulated() {
    Scheduler.Factory penstock =
        Objects.requireNonNull(
            Policies.named(List.of(FleetBench.PENSTOCK)).get(FleetBench.PENSTOCK));
    return FleetSimulation.run(penstock, requests, settings.fleet(settings.seed())).metrics();
  }

  /**
   * Judges what came of the requests elsewhere.
   *
   * @param served by id; who is not there was not served
   */
  public FleetMetrics judged(Map<String, Served> served) {
    List<SimRequest> judged = new ArrayList<>(requests.size());
    for (SimRequest each : requests) {
      SimRequest copy = each.fresh();
      Served what = served.get(each.id);
      if (what != null) {
        copy.firstToken(what.firstTokenNanos());
        copy.finished(what.finishedNanos());
      }
      judged.add(copy);
    }
    return FleetMetrics.of(judged, List.of(), 0);
  }
}
