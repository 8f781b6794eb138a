package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.failure;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Drives a shard through random histories: workers that answer, fail, die, restart and drain, lost
 * and repeated demands, cancellations, duplicates, and restarts of the shard itself.
 */
class ExactlyOnceTest {

  private static final int STEPS = 400;

  @Property(tries = 150)
  void everyRequestGetsExactlyOneResultAndNoWorkerMoreThanItAskedFor(@ForAll long seed) {
    History history = new History(seed);
    for (int step = 0; step < STEPS; step++) {
      history.step();
    }
    history.settle();
    assertThat(history.results.keySet()).isEqualTo(history.accepted);
    assertThat(history.results.values()).allMatch(count -> count == 1);
    assertThat(history.store.requests).isEmpty();
  }

  /** One worker of the history, with the windows it opened and the leases it got. */
  private static final class Worker {
    final String id;
    String session;
    long sequence;
    long limit;
    long received;
    final List<Lease> held = new ArrayList<>();

    Worker(String id) {
      this.id = id;
    }
  }

  private static final class History {
    final Random random;
    final MemoryStore store = new MemoryStore();
    final Set<String> accepted = new HashSet<>();
    final Map<String, Integer> results = new HashMap<>();
    final List<Worker> workers = new ArrayList<>();
    DispatchShard shard;
    Instant now = START;
    int ids;
    int sessions;

    History(long seed) {
      random = new Random(seed);
      for (int i = 0; i < 3; i++) {
        Worker worker = new Worker("w" + i);
        begin(worker);
        workers.add(worker);
      }
      restart();
    }

    void step() {
      Worker worker = workers.get(random.nextInt(workers.size()));
      switch (random.nextInt(15)) {
        case 0, 1, 2 -> arrive("r" + ids++);
        case 3 -> arrive("r" + random.nextInt(ids + 1));
        case 4, 5 -> ask(worker, WorkerState.ACTIVE, random.nextInt(3));
        case 6, 7, 8 -> answer(worker);
        case 9 -> begin(worker);
        case 10 -> cancel("r" + random.nextInt(ids + 5));
        case 11 -> restart();
        case 12 ->
            ask(worker, random.nextBoolean() ? WorkerState.DRAINING : WorkerState.STOPPED, 0);
        case 13 -> stall();
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
      }
    }

    private void begin(Worker worker) {
      worker.session = "s%05d".formatted(sessions++);
      worker.sequence = 0;
      worker.limit = 0;
      worker.received = 0;
      worker.held.clear();
    }

    private void ask(Worker worker, WorkerState state, int more) {
      worker.limit = Math.max(worker.limit, worker.received + more);
      worker.sequence++;
      int copies = 1 + random.nextInt(2);
      for (int copy = 0; copy < copies; copy++) {
        shard.demand(
            demand(worker.id, worker.session, worker.sequence, worker.limit, worker.received, now)
                .setState(state)
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
      List<FailureCategory> categories = List.of(FailureCategory.values());
      FailureCategory category = categories.get(random.nextInt(categories.size()));
      shard.outcome(
          random.nextInt(3) > 0
              ? success(lease.getRequestId(), lease.getAttempt(), lease.getSession(), now)
              : failure(
                  lease.getRequestId(), lease.getAttempt(), lease.getSession(), category, now),
          now);
    }

    private void arrive(String id) {
      accepted.add(id);
      shard.work(
          facts(id, ServiceClass.STANDARD, now, Duration.ofMinutes(5)),
          ServiceClass.STANDARD,
          0,
          null,
          now);
    }

    private void cancel(String id) {
      shard.control(
          ControlCommand.newBuilder()
              .setKind(CommandKind.CANCEL)
              .setRequestId(id)
              .setIssuedAt(now)
              .build(),
          now);
    }

    private void pass(Duration time) {
      Instant until = now.plus(time);
      while (now.isBefore(until)) {
        now = now.plusMillis(300);
        shard.tick(now);
      }
    }

    /** Dispatch itself stands still, and nobody is heard. */
    private void stall() {
      now = now.plusSeconds(random.nextInt(20));
      shard.tick(now);
    }

    private void restart() {
      shard =
          new DispatchShard(
              0,
              TopicNames.DEFAULT,
              ShardSettings.DEFAULT,
              store,
              (effect, traceparent) -> written(effect),
              ShardMetrics.NONE);
      shard.restore(now);
    }

    private void written(Effect effect) {
      switch (effect) {
        case Effect.Answer answer -> results.merge(answer.result().getId(), 1, Integer::sum);
        case Effect.Instruct instruct -> instructed(instruct.lease());
        case Effect.Announce ignored -> {}
        case Effect.Bury ignored -> {}
        case Effect.Transfer ignored -> {}
        case Effect.Report ignored -> {}
      }
    }

    private void instructed(Lease lease) {
      for (Worker worker : workers) {
        if (worker.session.equals(lease.getSession()) && lease.getAction() == LeaseAction.GRANT) {
          worker.received++;
          assertThat(lease.getSequence()).isEqualTo(worker.received);
          assertThat(worker.received).isLessThanOrEqualTo(worker.limit);
          // Some leases are lost by a worker that lives on.
          if (random.nextInt(20) > 0) {
            worker.held.add(lease);
          }
        }
      }
    }
  }
}
