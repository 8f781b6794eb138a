package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.score.service.ServiceLevels;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Serves tenants of one class on a virtual clock, and says when each request was served. */
public final class TenantSimulation {

  private static final double NANOS = 1e9;

  private TenantSimulation() {}

  /** In which order requests are leased. */
  public sealed interface Order {

    /** By arrival, whoever sent it. */
    record Arrival() implements Order {}

    /** Makes the production order, with these shares. */
    record Production(FairnessSettings fairness) implements Order {}
  }

  /**
   * What serves.
   *
   * @param workers 1 or more
   * @param delay of a record between worker and dispatch, each way
   * @param serviceClass of all requests; its default objective holds
   * @param lengthsKnown whether dispatch knows output lengths; else it predicts them as score does
   */
  public record Setup(
      GpuProfile profile,
      int workers,
      Duration delay,
      ServiceClass serviceClass,
      Order order,
      boolean lengthsKnown) {}

  /** The outcome of a request; times are in seconds from the start. */
  public record Served(
      String tenant,
      int promptTokens,
      int outputTokens,
      double arrival,
      double firstToken,
      double finished) {}

  /**
   * Serves a trace to its end.
   *
   * @param rows by arrival; those that fit no engine are left out
   * @return by arrival
   */
  public static List<Served> run(List<TraceRow> rows, Setup setup) {
    Objective objective =
        Objective.firstTokenWithin(ServiceLevels.DEFAULT.of(setup.serviceClass()).firstToken());
    List<SimRequest> requests = new ArrayList<>(rows.size());
    for (TraceRow row : rows) {
      if (ClassMix.fits(row, setup.profile())) {
        requests.add(
            new SimRequest(
                "r%08d".formatted(requests.size()),
                Math.round(row.arrivalMillis() * 1e6),
                row.inputTokens(),
                row.outputTokens(),
                row.tenant(),
                row.type(),
                setup.serviceClass(),
                objective));
      }
    }
    BatchingSettings engine = BatchingSettings.DEFAULTS;
    FleetSettings fleet =
        new FleetSettings(
            setup.profile(), setup.workers(), 0, setup.delay(), engine, engine.chunkTokens(), 0);
    Scheduler.Factory factory =
        switch (setup.order()) {
          case Order.Arrival ignored ->
              setup.lengthsKnown()
                  ? PullFleet.orderedKnowingLengths(PullOrder.ARRIVAL)
                  : PullFleet.ordered(PullOrder.ARRIVAL);
          case Order.Production(FairnessSettings fairness) ->
              PullFleet.shared(fairness, setup.lengthsKnown());
        };
    return FleetSimulation.run(factory, requests, fleet).requests().stream()
        .map(
            request ->
                new Served(
                    request.tenant,
                    request.promptTokens,
                    request.outputTokens,
                    request.arrival / NANOS,
                    (request.arrival + request.timeToFirstToken()) / NANOS,
                    request.finishedAt() / NANOS))
        .toList();
  }
}
