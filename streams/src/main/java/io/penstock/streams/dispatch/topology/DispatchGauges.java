package io.penstock.streams.dispatch.topology;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.index.ClassCensus;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import io.penstock.streams.dispatch.session.WorkerSession;
import io.penstock.streams.dispatch.shard.DispatchShard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Gauges of what waits in one shard and which workers serve it, as of the last tick. Only the
 * shard's thread writes them.
 */
final class DispatchGauges implements AutoCloseable {

  private static final double SECONDS_PER_MICRO = 1e-6;
  private static final String NO_VARIANT = "none";
  private static final String STATE = "state";

  private final String partition;
  private final MultiGauge waiting;
  private final MultiGauge oldest;
  private final MultiGauge workSeconds;
  private final MultiGauge workers;
  private final MultiGauge leases;

  DispatchGauges(MeterRegistry registry, int partition) {
    this.partition = Integer.toString(partition);
    this.waiting =
        MultiGauge.builder("penstock.dispatch.waiting")
            .description(
                "Requests that wait: offered, backing off, or deferred to a time of their own")
            .register(registry);
    this.oldest =
        MultiGauge.builder("penstock.dispatch.oldest.seconds")
            .description(
                "Age of the request that has waited longest of those that may be leased now")
            .register(registry);
    this.workSeconds =
        MultiGauge.builder("penstock.dispatch.work.seconds")
            .description("Waiting work at the observed speed of the live workers, infinite if none")
            .register(registry);
    this.workers =
        MultiGauge.builder("penstock.dispatch.workers")
            .description("Live workers")
            .register(registry);
    this.leases =
        MultiGauge.builder("penstock.dispatch.leases")
            .description("Leases in force")
            .register(registry);
  }

  void update(DispatchShard shard, Instant now) {
    long nowMicros = Candidate.micros(now);
    List<Row<?>> waitingRows = new ArrayList<>();
    List<Row<?>> oldestRows = new ArrayList<>();
    List<Row<?>> workRows = new ArrayList<>();
    shard.census(
        census -> {
          Target target = census.target();
          Tags tags =
              Tags.of(
                  "partition",
                  partition,
                  "model",
                  target.model(),
                  "variant",
                  target.variant() == null ? NO_VARIANT : target.variant(),
                  "class",
                  census.serviceClass().name().toLowerCase(Locale.ROOT));
          waitingRows.add(Row.of(tags.and(STATE, "offered"), census.offered()));
          waitingRows.add(Row.of(tags.and(STATE, "backing_off"), census.backingOff()));
          waitingRows.add(Row.of(tags.and(STATE, "deferred"), census.deferred()));
          if (census.offered() > 0) {
            oldestRows.add(
                Row.of(tags, (nowMicros - census.oldestAcceptedAt()) * SECONDS_PER_MICRO));
          }
          workRows.add(Row.of(tags, workSeconds(census, shard)));
        });
    waiting.register(waitingRows, true);
    oldest.register(oldestRows, true);
    workSeconds.register(workRows, true);
    int live = 0;
    int leased = 0;
    for (WorkerSession session : shard.workers()) {
      live += session.isActive() ? 1 : 0;
      leased += session.leases();
    }
    Tags tags = Tags.of("partition", partition);
    workers.register(List.of(Row.of(tags, live)), true);
    leases.register(List.of(Row.of(tags, leased)), true);
  }

  @Override
  public void close() {
    List<Row<?>> none = List.of();
    waiting.register(none, true);
    oldest.register(none, true);
    workSeconds.register(none, true);
    workers.register(none, true);
    leases.register(none, true);
  }

  private static double workSeconds(ClassCensus census, DispatchShard shard) {
    double prefillRate = 0;
    double decodeRate = 0;
    for (WorkerSession session : shard.workers()) {
      if (session.isActive() && session.serves(census.target())) {
        WorkerView view = session.view();
        prefillRate += view.prefillTokensPerSecond();
        decodeRate += view.decodeTokensPerSecond() * view.slots();
      }
    }
    return census.promptTokens() / prefillRate + census.outputTokens() / Math.max(decodeRate, 1e-9);
  }
}
