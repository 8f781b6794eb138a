package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.WorkerDemand;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.FailureCodes;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A worker whose engine is rate limited, on a clock the test moves. */
class NothingStartsDuringAPauseTest {

  private static final int SLOTS = 4;

  private final EnginePause pause = new EnginePause();
  private final LeaseFixture f = new LeaseFixture(SLOTS);

  NothingStartsDuringAPauseTest() {
    pause.join(SLOTS, () -> {});
    f.pausedBy(pause);
  }

  @Test
  void leasesHeldAndNotBegunAreHandedBackAtOnce() {
    f.demands(true);
    f.start(1, "runs");
    f.start(2, "refused");
    f.receive(f.grant(3, "waits"));
    f.end("refused", rateLimited(2_000L));

    assertThat(f.outcomes)
        .extracting(outcome -> outcome.getRequestId() + " " + outcome.getKind())
        .containsExactly("waits RELEASED", "refused FAILED");
    assertThat(f.running).containsOnlyKeys("runs");
    f.read();
    assertThat(f.running).as("its payload came too late").containsOnlyKeys("runs");
  }

  @Test
  void aLeaseThatArrivesDuringThePauseIsHandedBackAndOneAfterItRuns() {
    f.demands(true);
    f.start(1, "refused");
    f.end("refused", rateLimited(2_000L));
    f.receive(f.grant(2, "early"));
    assertThat(f.outcomes.getLast().getKind()).isEqualTo(OutcomeKind.RELEASED);
    f.pass(Duration.ofSeconds(2));
    f.start(3, "after");
    assertThat(f.running).containsOnlyKeys("after");
  }

  @Test
  void theRefusedRequestIsOverloadedUntilThePauseIsOver() {
    f.demands(true);
    f.start(1, "a");
    f.end("a", rateLimited(null));

    Failure failure = f.outcomes.getLast().getFailure().orElseThrow();
    assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
    assertThat(failure.getRetryAfterMillis()).hasValue(1_000L);
  }

  @Test
  void anotherWorkersRefusalOfTheSameAccountPausesThisOne() {
    f.demands(true);
    f.receive(f.grant(1, "waits"));
    pause.heard(rateLimited(2_000L), f.now, 1, f.now);
    f.leases.expire(f.now);

    assertThat(f.outcomes.getLast().getKind()).isEqualTo(OutcomeKind.RELEASED);
    assertThat(f.demands(true)).allMatch(demand -> demand.getPrefillBudgetTokens() == 0);
  }

  @Property(tries = 300)
  void nothingStartsWhilePausedAndEachLeaseEndsOnce(@ForAll long seed) {
    Random random = new Random(seed);
    EnginePause own = new EnginePause();
    own.join(SLOTS, () -> {});
    LeaseFixture world = new LeaseFixture(SLOTS, Set.of(LeaseFixture.PARTITION));
    world.pausedBy(own);
    long granted = 0;
    long limit = 0;
    for (int step = 0; step < 200; step++) {
      int before = world.engineRequests.size();
      boolean paused = own.pausedUntil(world.now).isPresent();
      switch (random.nextInt(6)) {
        case 0 -> {
          for (WorkerDemand demand : world.demands(true)) {
            limit = Math.max(limit, demand.getLeaseLimit());
            assertThat(demand.getPausedUntil().isPresent()).isEqualTo(paused);
            assertThat(paused && demand.getPrefillBudgetTokens() != 0).isFalse();
          }
        }
        case 1, 2 -> {
          // Dispatch may not have read of the pause yet.
          if (granted < limit) {
            granted++;
            world.receive(world.grant(granted, "r" + granted));
          }
        }
        case 3 -> {
          if (!world.toRead.isEmpty()) {
            world.read();
          }
        }
        case 4 -> {
          if (!world.running.isEmpty()) {
            String id = List.copyOf(world.running.keySet()).getFirst();
            if (random.nextBoolean()) {
              world.answer(id, 1);
            } else {
              world.end(id, rateLimited(random.nextBoolean() ? null : random.nextLong(3_000)));
            }
          }
        }
        default -> world.pass(Duration.ofMillis(random.nextInt(2_000)));
      }
      if (paused) {
        assertThat(world.engineRequests).hasSize(before);
      }
    }
    assertThat(world.outcomes)
        .extracting(outcome -> outcome.getRequestId())
        .doesNotHaveDuplicates();
    assertThat(world.outcomes.size() + world.leases.snapshot().held()).isEqualTo((int) granted);
  }

  private static EngineReply rateLimited(@Nullable Long millis) {
    return new EngineReply.Failed(
        new Failure(
            FailureCategory.OVERLOADED, FailureCodes.RATE_LIMITED, "message", null, 429, millis));
  }
}
