package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.outcome;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One production shard with workers and arrivals on a virtual clock. Records between them take 5
 * ms, workers beat once a second, and the shard ticks five times a second.
 */
final class Site {

  private static final Duration HOP = Duration.ofMillis(5);
  private static final Duration TICK = Duration.ofMillis(200);
  private static final Duration BEAT = Duration.ofSeconds(1);

  final Map<String, InferenceResult> results = new LinkedHashMap<>();
  private final PriorityQueue<Due> agenda = new PriorityQueue<>();
  private final Map<String, Worker> workers = new HashMap<>();
  private final DispatchShard shard;
  private Instant now = START;
  private long events;

  /** What an engine makes of a request, and how long that takes. */
  record Reply(Duration after, @Nullable Failure failure) {

    static Reply served(Duration after) {
      return new Reply(after, null);
    }

    static Reply failed(
        Duration after, FailureCategory category, String code, int status, @Nullable Long retry) {
      return new Reply(after, new Failure(category, code, "", null, status, retry));
    }
  }

  private record Due(Instant at, long order, Runnable action) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  Site(ClusterView cluster) {
    shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            ShardSettings.DEFAULT,
            new MemoryStore(),
            (effect, trace) -> written(effect),
            ShardMetrics.NONE,
            cluster);
    every(TICK, () -> shard.tick(now));
  }

  /** Starts a worker; it pauses as long as its engine asks if it does that. */
  Worker worker(String id, int slots, boolean pauses, Function<Lease, Reply> engine) {
    Worker worker = new Worker(id, slots, pauses, engine);
    workers.put(id, worker);
    worker.ask();
    every(BEAT, worker::ask);
    return worker;
  }

  /** A worker is never heard of again. */
  void stop(String worker) {
    workers.get(worker).gone = true;
  }

  /** A request arrives, so long after the start. */
  void arrive(
      double seconds, String tenant, String id, ServiceClass serviceClass, Duration deadline) {
    Instant at = START.plusNanos((long) (seconds * 1e9));
    ScoredFacts facts =
        ScoredFacts.newBuilder(facts(id, serviceClass, at, deadline)).setTenant(tenant).build();
    at(at, () -> shard.work(facts, serviceClass, events, null, now));
  }

  /** Requests of a tenant at a rate, at random, as in a Poisson process. */
  void stream(String tenant, double perSecond, double untilSeconds, Random random) {
    double at = -Math.log(1 - random.nextDouble()) / perSecond;
    for (int count = 0; at < untilSeconds; count++) {
      arrive(at, tenant, tenant + "-" + count, ServiceClass.INTERACTIVE, Duration.ofMinutes(1));
      at += -Math.log(1 - random.nextDouble()) / perSecond;
    }
  }

  void runUntil(double seconds) {
    Instant end = START.plusNanos((long) (seconds * 1e9));
    while (!agenda.isEmpty() && !agenda.peek().at().isAfter(end)) {
      Due due = agenda.poll();
      now = due.at();
      due.action().run();
    }
  }

  /** Requests that succeeded, of those whose key suits. */
  long succeeded(Predicate<InferenceResult> which) {
    return results.values().stream()
        .filter(result -> result.getStatus() == TerminalStatus.SUCCEEDED)
        .filter(which)
        .count();
  }

  long succeeded(String tenant) {
    return succeeded(result -> result.getTenant().equals(tenant));
  }

  /** Seconds from acceptance to result, the 99th percentile of a tenant's that succeeded. */
  double p99(String tenant) {
    double[] waits =
        results.values().stream()
            .filter(result -> result.getTenant().equals(tenant))
            .filter(result -> result.getStatus() == TerminalStatus.SUCCEEDED)
            .mapToDouble(
                result ->
                    Duration.between(result.getAcceptedAt(), result.getFinishedAt()).toMillis()
                        / 1e3)
            .sorted()
            .toArray();
    return waits.length == 0 ? 0 : waits[(int) Math.ceil(0.99 * waits.length) - 1];
  }

  private void written(Effect effect) {
    switch (effect) {
      case Effect.Answer(InferenceResult result) -> {
        InferenceResult before =
            results.put(RequestKey.of(result.getTenant(), result.getId()), result);
        if (before != null) {
          throw new AssertionError("two results: " + before + " and " + result);
        }
      }
      case Effect.Instruct(Lease lease) -> {
        if (lease.getAction() == LeaseAction.GRANT) {
          after(HOP, () -> workers.get(lease.getWorkerId()).received(lease));
        }
      }
      case Effect.Announce ignored -> {}
      case Effect.Bury ignored -> {}
      case Effect.Transfer ignored -> {}
      case Effect.Report ignored -> {}
    }
  }

  private void every(Duration period, Runnable action) {
    after(
        period,
        () -> {
          action.run();
          every(period, action);
        });
  }

  private void after(Duration delay, Runnable action) {
    at(now.plus(delay), action);
  }

  private void at(Instant when, Runnable action) {
    agenda.add(new Due(when, events++, action));
  }

  /** A worker of some slots, whose window is as wide as its free slots. */
  final class Worker {
    private final String id;
    private final int slots;
    private final boolean pauses;
    private final Function<Lease, Reply> engine;
    private Instant pausedUntil = Instant.EPOCH;
    private long sequence;
    private long received;
    private int running;
    private boolean gone;

    /** Attempts it ran. */
    long attempts;

    Worker(String id, int slots, boolean pauses, Function<Lease, Reply> engine) {
      this.id = id;
      this.slots = slots;
      this.pauses = pauses;
      this.engine = engine;
    }

    private void ask() {
      if (gone) {
        return;
      }
      boolean paused = now.isBefore(pausedUntil);
      var asked =
          demand(
                  id,
                  "s-" + id,
                  ++sequence,
                  received + (paused ? 0 : slots - running),
                  received,
                  now)
              .setSlots(slots)
              .setRunning(running)
              .setPausedUntil(paused ? pausedUntil : null)
              .setPauseReason(paused ? "429" : null)
              .build();
      after(HOP, () -> shard.demand(asked, now));
    }

    private void received(Lease lease) {
      received++;
      running++;
      attempts++;
      Instant at = now;
      Reply reply = engine.apply(lease);
      after(reply.after(), () -> ended(lease, at, reply));
    }

    private void ended(Lease lease, Instant receivedAt, Reply reply) {
      running--;
      Failure failure = reply.failure();
      if (pauses && failure != null && failure.getCode().equals("engine_rate_limited")) {
        Instant until = now.plusMillis(failure.getRetryAfterMillis().orElse(1000L));
        if (until.isAfter(pausedUntil)) {
          pausedUntil = until;
          at(until, this::ask);
        }
      }
      AttemptOutcome.Builder outcome =
          outcome(
                  lease.getRequestId(),
                  lease.getAttempt(),
                  "s-" + id,
                  failure == null ? OutcomeKind.SUCCEEDED : OutcomeKind.FAILED,
                  now)
              .setTenant(lease.getTenant())
              .setWorkerId(id)
              .setReceivedAt(receivedAt)
              .setFailure(failure)
              .setUsage(
                  failure == null
                      ? new TokenUsage(
                          lease.getPromptTokens(), lease.getPredictedOutputTokens(), 0L)
                      : null)
              .setStatusCode(failure == null ? (Integer) 200 : null);
      AttemptOutcome ended = outcome.build();
      after(HOP, () -> shard.outcome(ended, now));
      ask();
    }
  }
}
