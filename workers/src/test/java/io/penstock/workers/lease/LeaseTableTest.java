package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerState;
import io.penstock.workers.demand.PartitionDemand;
import io.penstock.workers.engine.EngineReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/** Random histories of a lease table, whose effects are checked against a plain model of them. */
class LeaseTableTest {

  private static final int STEPS = 150;
  private static final LeaseTiming TIMING =
      new LeaseTiming(
          Duration.ofSeconds(5),
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10));

  /** What the histories contained: a property that nothing challenges proves nothing. */
  private static final Map<String, Integer> SEEN = new HashMap<>();

  @Property(tries = 400)
  void eachLeaseEndsOnceAndGivesItsSlotBackOnceAndNothingFollowsTheStop(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int slots) {
    World world = new World(new Random(seed), slots);
    for (int step = 0; step < STEPS; step++) {
      world.step();
      world.checkSlots();
    }
    world.finish();
  }

  @AfterContainer
  static void theHistoriesContainedEveryEffectAndEveryEnd() {
    assertThat(SEEN)
        .containsKeys(
            "ReadPayload",
            "StartRun",
            "InterruptRun",
            "SendOutcome",
            "Wake",
            "Ignore",
            "SUCCEEDED",
            "FAILED",
            "CANCELLED",
            "RELEASED",
            "deadline_passed",
            "attempt_timeout",
            "payload_timeout",
            "engine_interrupted",
            "reported before the engine let go",
            "abandoned while it ran",
            "stopped",
            "event after the stop");
  }

  @Example
  void anAbandonedRunDoesNotHaveTimeLookedAtAgainAndAgain() {
    World world = new World(new Random(1), 1);
    world.on(new LeaseEvent.Arrived(world.grant(1, world.now.plusSeconds(60)), null));
    world.on(new LeaseEvent.PayloadRead(world.reading.get("r1"), payload("r1"), null));
    world.on(new LeaseEvent.SessionBegan("s2"));
    world.now = world.now.plusSeconds(60);
    world.on(new LeaseEvent.TimePassed());
    assertThat(world.table.nextCheck()).isEqualTo(Instant.MAX);
  }

  private static final class World {
    private final Random random;
    private final int slots;
    private final LeaseTable table;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private boolean paused;
    private final Map<String, Attempt> reading = new LinkedHashMap<>();
    private final Map<String, Attempt> running = new LinkedHashMap<>();
    private final List<Lease> sent = new ArrayList<>();
    private final Set<String> owed = new HashSet<>();
    private final Set<String> reported = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private final Set<String> interrupted = new HashSet<>();
    private final Set<String> cancelled = new HashSet<>();
    private int sequence;
    private int sessions = 1;

    World(Random random, int slots) {
      this.random = random;
      this.slots = slots;
      WorkerIdentity identity = new WorkerIdentity("w1", "host", "fake/1", slots);
      this.table = new LeaseTable(slots, TIMING, new Outcomes(identity, 100), "s1", now);
      on(new LeaseEvent.ModelsChanged(Map.of(0, Set.of("m"))));
    }

    void step() {
      int kind = random.nextInt(100);
      if (kind < 25) {
        arrive();
      } else if (kind < 45) {
        read();
      } else if (kind < 60) {
        endRun();
      } else if (kind < 65) {
        any(running).ifPresent(id -> on(new LeaseEvent.FirstToken(running.get(id))));
      } else if (kind < 85) {
        now = now.plusMillis(random.nextInt(4_000));
        on(new LeaseEvent.TimePassed());
      } else if (kind < 92) {
        cancel();
      } else if (kind < 95) {
        paused = !paused && random.nextBoolean();
      } else {
        rare();
      }
    }

    private void rare() {
      switch (random.nextInt(12)) {
        case 0, 1 -> renew();
        case 2 -> on(new LeaseEvent.DrainBegan(now.plusMillis(random.nextInt(10_000))));
        case 3 -> on(new LeaseEvent.DemandAcknowledged(table.session().id()));
        case 4 -> on(new LeaseEvent.SessionLost(RenewalReason.READER_FAILED));
        default -> {
          if (table.state() == WorkerState.DRAINING && table.isSettled()) {
            on(new LeaseEvent.DrainEnded());
            seen("stopped");
          }
        }
      }
    }

    /** A grant that was asked for, or one that came before. */
    private void arrive() {
      if (!sent.isEmpty() && random.nextInt(4) == 0) {
        on(new LeaseEvent.Arrived(sent.get(random.nextInt(sent.size())), null));
        return;
      }
      PartitionDemand partition = table.session().partition(0);
      if (partition == null || (partition.window().open() == 0 && table.held().size() == slots)) {
        return;
      }
      partition.window().open(1);
      Lease lease = grant(++sequence, now.plusMillis(random.nextInt(30_000)));
      sent.add(lease);
      if (table.state() != WorkerState.STOPPED) {
        owed.add(lease.getRequestId());
      }
      on(new LeaseEvent.Arrived(lease, null));
    }

    /** The payload reader answers, sometimes twice and sometimes in vain. */
    private void read() {
      any(reading)
          .ifPresent(
              id -> {
                Attempt attempt = reading.get(id);
                if (random.nextInt(8) == 0) {
                  on(
                      new LeaseEvent.PayloadRefused(
                          attempt,
                          Outcomes.failure(FailureCategory.RETRYABLE, "code", "message"),
                          null));
                } else {
                  on(new LeaseEvent.PayloadRead(attempt, payload(id), null));
                }
                if (random.nextInt(8) == 0) {
                  on(new LeaseEvent.PayloadRead(attempt, payload(id), null));
                }
                reading.remove(id);
              });
    }

    private void endRun() {
      any(running).ifPresent(this::endRun);
    }

    private void endRun(String id) {
      Attempt attempt = running.remove(id);
      @Nullable EngineReply reply =
          switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> EngineReply.Failed.of(FailureCategory.RETRYABLE, "code", "message");
            default -> new EngineReply.Answered(200, new byte[1], new TokenUsage(1L, 1L, 0L));
          };
      on(new LeaseEvent.RunEnded(attempt, reply));
    }

    private void cancel() {
      if (!sent.isEmpty()) {
        Lease lease = sent.get(random.nextInt(sent.size()));
        if (lease.getSession().equals(table.session().id())) {
          cancelled.add(lease.getRequestId());
        }
        on(
            new LeaseEvent.Arrived(
                Lease.newBuilder(lease).setAction(LeaseAction.CANCEL).build(), null));
      }
    }

    private void renew() {
      if (table.state() != WorkerState.STOPPED) {
        for (String id : running.keySet()) {
          if (owed.contains(id) && !reported.contains(id)) {
            seen("abandoned while it ran");
          }
        }
        owed.clear();
        sequence = 0;
        on(new LeaseEvent.SessionBegan("s" + ++sessions));
      }
    }

    void on(LeaseEvent event) {
      boolean stopped = table.state() == WorkerState.STOPPED;
      List<LeaseEffect> effects = table.on(event, paused, now);
      if (stopped) {
        seen("event after the stop");
        assertThat(effects).as("after the stop, of %s", event).isEmpty();
      }
      effects.forEach(this::apply);
      if (!(event instanceof LeaseEvent.TimePassed)
          && effects.stream().anyMatch(World::needsThePacemaker)) {
        assertThat(effects).as("of %s", event).contains(new LeaseEffect.Wake());
      }
    }

    /** Whether there is something to send, or a time to look at, that was not there before. */
    private static boolean needsThePacemaker(LeaseEffect effect) {
      return switch (effect) {
        case LeaseEffect.ReadPayload _, LeaseEffect.StartRun _, LeaseEffect.SendOutcome _ -> true;
        case LeaseEffect.InterruptRun _, LeaseEffect.Ignore _, LeaseEffect.Wake() -> false;
      };
    }

    private void apply(LeaseEffect effect) {
      seen(effect.getClass().getSimpleName());
      switch (effect) {
        case LeaseEffect.ReadPayload(Attempt attempt) ->
            assertThat(reading.put(id(attempt), attempt)).isNull();
        case LeaseEffect.StartRun(Attempt attempt, var _) -> start(attempt);
        case LeaseEffect.InterruptRun(Attempt attempt) -> {
          assertThat(running).containsEntry(id(attempt), attempt);
          assertThat(interrupted.add(id(attempt))).as("interrupted once").isTrue();
        }
        case LeaseEffect.SendOutcome(OutgoingOutcome outgoing) -> report(outgoing.outcome());
        case LeaseEffect.Wake() -> {}
        case LeaseEffect.Ignore(LeaseEffect.Reason _) -> {}
      }
    }

    private void start(Attempt attempt) {
      assertThat(paused).as("starts during a pause").isFalse();
      assertThat(now).as("starts after its deadline").isBefore(attempt.deadline());
      assertThat(cancelled).as("starts although cancelled").doesNotContain(id(attempt));
      assertThat(table.state()).isEqualTo(WorkerState.ACTIVE);
      assertThat(attempt.lease().getSession()).isEqualTo(table.session().id());
      assertThat(reported).doesNotContain(id(attempt));
      assertThat(started.add(id(attempt))).as("starts once").isTrue();
      running.put(id(attempt), attempt);
    }

    private void report(AttemptOutcome outcome) {
      seen(outcome.getKind().name());
      outcome.getFailure().ifPresent(failure -> seen(failure.getCode()));
      assertThat(outcome.getSession()).as("nobody waits").isEqualTo(table.session().id());
      assertThat(reported.add(outcome.getRequestId())).as("reported once").isTrue();
      if (running.containsKey(outcome.getRequestId())) {
        seen("reported before the engine let go");
      }
    }

    /** Slots taken are those of leases being read and of runs; each is given back once. */
    void checkSlots() {
      assertThat(table.held().size()).isLessThanOrEqualTo(slots);
      long unread =
          table.held().stream().filter(each -> each.state() == AttemptState.READING).count();
      assertThat(table.held()).hasSize((int) unread + running.size());
      assertThat(table.running()).isEqualTo(running.size());
      long ofSession =
          table.held().stream()
              .filter(each -> each.lease().getSession().equals(table.session().id()))
              .count();
      assertThat(table.session().partitions().stream().mapToInt(PartitionDemand::held).sum())
          .isEqualTo((int) ofSession);
    }

    /** Everything ends: each lease that dispatch still waits for was reported, exactly once. */
    void finish() {
      for (String id : List.copyOf(running.keySet())) {
        endRun(id);
      }
      now = now.plus(TIMING.startTimeout());
      on(new LeaseEvent.TimePassed());
      checkSlots();
      assertThat(table.held()).isEmpty();
      assertThat(reported).containsAll(owed);
    }

    private Optional<String> any(Map<String, Attempt> attempts) {
      List<String> ids = List.copyOf(attempts.keySet());
      return ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(random.nextInt(ids.size())));
    }

    Lease grant(int number, Instant deadline) {
      String session = table.session().id();
      if (number == 1 && sequence == 0) {
        table.session().partition(0).window().open(1);
      }
      return Lease.newBuilder()
          .setAction(LeaseAction.GRANT)
          .setWorkerId("w1")
          .setSession(session)
          .setPartition(0)
          .setSequence(number)
          .setRequestId(session.equals("s1") ? "r" + number : session + "-r" + number)
          .setAttempt(1)
          .setLastAttempt(false)
          .setTenant("tenant")
          .setModel("m")
          .setServiceClass(ServiceClass.BATCH)
          .setPayloadTopic("penstock.work.batch")
          .setPayloadOffset(number)
          .setPromptTokens(100)
          .setPredictedOutputTokens(10)
          .setMaxOutputTokens(20)
          .setFirstTokenBy(deadline)
          .setDeadline(deadline)
          .setGrantedAt(now)
          .setExpiresAt(now.plusSeconds(5))
          .build();
    }

    private static String id(Attempt attempt) {
      return attempt.lease().getRequestId();
    }

    private static void seen(String what) {
      SEEN.merge(what, 1, Integer::sum);
    }
  }

  private static ScoredRequest payload(String id) {
    return LeaseFixture.payload(id);
  }
}
