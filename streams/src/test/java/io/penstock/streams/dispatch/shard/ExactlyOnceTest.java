package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.failure;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerState;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.health.HealthSettings;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Drives two shards through random histories: workers that answer, fail, die, restart and drain,
 * lost and repeated demands, cancellations that each shard reads at another time, duplicates of
 * requests and of transfers, moves from shard to shard and back, restarts of the shards, grants
 * that never arrive, pauses, refusals, and outcomes that are read after the word that their worker
 * ended.
 */
class ExactlyOnceTest {

  private static final int STEPS = 400;

  @Property(tries = 100)
  void everyRequestGetsExactlyOneResultAndNoWorkerMoreThanItAskedFor(@ForAll long seed) {
    History history = new History(seed);
    for (int step = 0; step < STEPS; step++) {
      history.step();
    }
    history.settle();
    assertThat(history.results.keySet()).isEqualTo(history.accepted);
    assertThat(history.results.values()).allMatch(count -> count == 1);
    assertThat(history.world.stores.get(0).requests).isEmpty();
    assertThat(history.world.stores.get(1).requests).isEmpty();
  }

  @Property(tries = 1)
  void theHistoriesHaveWhatTheyAreAbout() {
    Map<String, Integer> seen = new HashMap<>();
    for (long seed = 0; seed < 12; seed++) {
      History history = new History(seed);
      for (int step = 0; step < STEPS; step++) {
        history.step();
      }
      history.settle();
      history.seen.forEach((what, count) -> seen.merge(what, count, Integer::sum));
    }
    assertThat(seen.keySet())
        .contains(
            "moved in place",
            "transfers",
            "transfers back",
            "cancelled in transit",
            "outcomes after the stop",
            "unconfirmed",
            "questions",
            "SAME",
            "CONFLICT");
  }

  /** One worker of the history, with the windows it opened and the leases it got. */
  private static final class Worker {
    final String id;
    final int partition;
    final String model;
    String session;
    long sequence;
    long limit;

    /** Leases that dispatch granted, those it knows of, and outcomes it wrote. */
    long granted;

    long received;
    long sent;
    final List<Lease> held = new ArrayList<>();

    Worker(String id, int partition, String model) {
      this.id = id;
      this.partition = partition;
      this.model = model;
    }
  }

  /** An outcome that dispatch has not read yet. */
  private record Unread(int partition, AttemptOutcome outcome) {}

  private static final class History {
    final Random random;
    final TwoShards world;
    final Map<String, Integer> seen = new HashMap<>();
    final Set<String> accepted = new HashSet<>();
    final List<Effect.Transfer> delivered = new ArrayList<>();
    final Set<String> inTransit = new HashSet<>();

    /** Commands by the shard that has not read them yet. */
    final List<Deque<String>> cancels = List.of(new ArrayDeque<>(), new ArrayDeque<>());

    final List<Unread> unread = new ArrayList<>();
    final Map<String, Integer> results = new HashMap<>();
    final List<Worker> workers = new ArrayList<>();
    Instant now = START;
    int ids;
    int sessions;

    History(long seed) {
      random = new Random(seed);
      for (int i = 0; i < 4; i++) {
        Worker worker = new Worker("w" + i, i % 2, i < 2 ? (i == 0 ? "m" : "n") : "m#blue");
        begin(worker);
        workers.add(worker);
      }
      world = new TwoShards(settings(), this::written, now);
    }

    /** Targets lose their health easily, and with it their requests. */
    private static ShardSettings settings() {
      return ShardSettings.DEFAULT.withHealth(
          new HealthSettings(
              Duration.ofSeconds(20),
              3,
              0.4,
              null,
              2,
              Duration.ofSeconds(2),
              Duration.ofSeconds(8),
              1,
              Duration.ofSeconds(3)));
    }

    void step() {
      Worker worker = workers.get(random.nextInt(workers.size()));
      switch (random.nextInt(24)) {
        case 0, 1, 2 -> arrive("r" + ids++);
        case 3 -> arrive("r" + random.nextInt(ids + 1), random.nextInt(3) == 0 ? 2 : 1);
        case 4, 5 -> ask(worker, WorkerState.ACTIVE, random.nextInt(3));
        case 6, 7, 8 -> answer(worker);
        case 9 -> begin(worker);
        case 10 -> cancel("r" + random.nextInt(ids + 5));
        case 11 -> world.restart(random.nextInt(2), now);
        case 12 ->
            ask(worker, random.nextBoolean() ? WorkerState.DRAINING : WorkerState.STOPPED, 0);
        case 13 -> stall();
        case 14, 15, 16 -> deliver(random.nextInt(2));
        case 17, 18 -> readCancel(random.nextInt(2));
        case 19, 20 -> redeliver();
        case 21, 22 -> readOutcome();
        default -> pass(Duration.ofMillis(random.nextInt(4000)));
      }
    }

    /**
     * Lets everything come to an end: the last deadline is some minutes off. The workers go on
     * beating, so that no lease is saved by their silence.
     */
    void settle() {
      Instant end = now.plus(Duration.ofMinutes(7));
      while (now.isBefore(end)) {
        workers.forEach(worker -> ask(worker, WorkerState.ACTIVE, 0));
        pass(Duration.ofMillis(900));
        for (int partition = 0; partition < 2; partition++) {
          while (!world.transfers.get(partition).isEmpty()) {
            deliver(partition);
          }
          while (!cancels.get(partition).isEmpty()) {
            readCancel(partition);
          }
        }
      }
    }

    private void deliver(int partition) {
      Effect.Transfer next = world.transfers.get(partition).peek();
      if (next != null) {
        inTransit.remove(next.transfer().getEntry().getFacts().getId());
        world.deliver(partition, now);
        delivered.add(next);
      }
    }

    /** Any transfer may be read again, at any time. */
    private void redeliver() {
      if (!delivered.isEmpty()) {
        Effect.Transfer again = delivered.get(random.nextInt(delivered.size()));
        world.shards.get(again.partition()).transfer(again.transfer(), now);
      }
    }

    private void readCancel(int partition) {
      String id = cancels.get(partition).poll();
      if (id != null) {
        world
            .shards
            .get(partition)
            .control(
                ControlCommand.newBuilder()
                    .setKind(CommandKind.CANCEL)
                    .setRequestId(id)
                    .setTenant("tenant")
                    .setIssuedAt(now)
                    .build(),
                now);
      }
    }

    private void count(String what) {
      seen.merge(what, 1, Integer::sum);
    }

    private void begin(Worker worker) {
      worker.session = "s%05d".formatted(sessions++);
      worker.sequence = 0;
      worker.limit = 0;
      worker.granted = 0;
      worker.received = 0;
      worker.sent = 0;
      worker.held.clear();
    }

    private void ask(Worker worker, WorkerState state, int more) {
      worker.limit = Math.max(worker.limit, worker.granted + more);
      worker.sequence++;
      int copies = 1 + random.nextInt(2);
      for (int copy = 0; copy < copies; copy++) {
        shardOf(worker)
            .demand(
                demand(
                        worker.id,
                        worker.session,
                        worker.sequence,
                        worker.limit,
                        worker.received,
                        now)
                    .setModels(List.of(worker.model))
                    .setState(state)
                    .setOutcomesSent(random.nextInt(4) == 0 ? -1 : worker.sent)
                    .setPausedUntil(random.nextInt(5) == 0 ? now.plusSeconds(2) : null)
                    .build(),
                now);
      }
      if (state == WorkerState.STOPPED) {
        begin(worker);
      }
    }

    private void answer(Worker worker) {
      if (worker.held.isEmpty()) {
        return;
      }
      Lease lease = worker.held.remove(random.nextInt(worker.held.size()));
      worker.sent++;
      AttemptOutcome outcome =
          AttemptOutcome.newBuilder(outcome(lease)).setWorkerId(worker.id).build();
      if (random.nextInt(4) == 0) {
        unread.add(new Unread(worker.partition, outcome));
      } else {
        shardOf(worker).outcome(outcome, now);
      }
    }

    private AttemptOutcome outcome(Lease lease) {
      String id = lease.getRequestId();
      int attempt = lease.getAttempt();
      String session = lease.getSession();
      if (random.nextInt(3) > 0) {
        return success(id, attempt, session, now);
      }
      List<FailureCategory> categories = List.of(FailureCategory.values());
      FailureCategory category = categories.get(random.nextInt(categories.size()));
      String code =
          List.of("code", "engine_rate_limited", "engine_rejected", "engine_quota_exhausted")
              .get(random.nextInt(4));
      return AttemptOutcome.newBuilder(failure(id, attempt, session, category, now))
          .setFailure(new Failure(category, code, "", null, null, 500L))
          .build();
    }

    /** An outcome is read that was written a while ago, maybe before the word that it ended. */
    private void readOutcome() {
      if (!unread.isEmpty()) {
        Unread next = unread.remove(random.nextInt(unread.size()));
        if (workers.stream().noneMatch(each -> each.session.equals(next.outcome.getSession()))) {
          count("outcomes after the stop");
        }
        world.shards.get(next.partition).outcome(next.outcome, now);
      }
    }

    private DispatchShard shardOf(Worker worker) {
      return world.shards.get(worker.partition);
    }

    private void arrive(String id) {
      arrive(id, 1);
    }

    private void arrive(String id, long fingerprint) {
      accepted.add(id);
      world
          .shards
          .get(0)
          .work(
              ScoredFacts.newBuilder(facts(id, ServiceClass.STANDARD, now, Duration.ofMinutes(5)))
                  .setFingerprint(fingerprint)
                  .setAlternatives(
                      List.of(
                          TwoShards.alternative("n", null, 1),
                          TwoShards.alternative("m", "blue", 0),
                          TwoShards.alternative("n", "green", 1)))
                  .build(),
              ServiceClass.STANDARD,
              0,
              null,
              now);
    }

    private void cancel(String id) {
      cancels.forEach(commands -> commands.add(id));
      if (inTransit.contains(id)) {
        count("cancelled in transit");
      }
    }

    private void pass(Duration time) {
      Instant until = now.plus(time);
      while (now.isBefore(until)) {
        now = now.plusMillis(300);
        world.shards.forEach(shard -> shard.tick(now));
      }
    }

    /** Dispatch itself stands still, and nobody is heard. */
    private void stall() {
      now = now.plusSeconds(random.nextInt(20));
      world.shards.forEach(shard -> shard.tick(now));
    }

    private void written(int partition, Effect effect) {
      switch (effect) {
        case Effect.Answer answer -> answered(answer.result());
        case Effect.Instruct instruct -> instructed(instruct.lease());
        case Effect.Transfer transfer when transfer.transfer().getAsks() -> count("questions");
        case Effect.Transfer transfer -> {
          inTransit.add(transfer.transfer().getEntry().getFacts().getId());
          count(partition == 0 ? "transfers" : "transfers back");
        }
        case Effect.Announce(RequestStatus status) -> {
          if (status.getState() == RequestState.WAITING) {
            DispatchEntry entry =
                world.stores.get(partition).requests.get(Samples.key(status.getId()));
            if (entry != null
                && partition == 0
                && entry.getMoves() == 1
                && entry.getFacts().getChoice().getVariant().isPresent()) {
              count("moved in place");
            }
          }
        }
        case Effect.Bury ignored -> {}
        case Effect.Report ignored -> {}
      }
    }

    /** Only what repeats a result may come more than once, and never for a request still to end. */
    private void answered(InferenceResult result) {
      if (result.getRepetition().isEmpty()) {
        results.merge(result.getId(), 1, Integer::sum);
        return;
      }
      count(result.getRepetition().get().name());
      if (result.getRepetition().get() == Repetition.SAME) {
        assertThat(results).containsKey(result.getId());
        assertThat(result.getBody()).isEmpty();
      }
    }

    private void instructed(Lease lease) {
      if (lease.getAction() == LeaseAction.CANCEL
          && world
              .stores
              .get(lease.getPartition())
              .requests
              .containsKey(Samples.key(lease.getRequestId()))) {
        count("unconfirmed");
      }
      for (Worker worker : workers) {
        if (worker.session.equals(lease.getSession()) && lease.getAction() == LeaseAction.GRANT) {
          worker.granted++;
          assertThat(lease.getSequence()).isEqualTo(worker.granted);
          assertThat(worker.granted).isLessThanOrEqualTo(worker.limit);
          // Some leases are lost by a worker that lives on, some never reach it.
          int fate = random.nextInt(20);
          if (fate > 1) {
            worker.held.add(lease);
          }
          if (fate > 0) {
            worker.received = lease.getSequence();
          }
        }
      }
    }
  }
}
