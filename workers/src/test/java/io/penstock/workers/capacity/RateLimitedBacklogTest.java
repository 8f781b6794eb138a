package io.penstock.workers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.capacity.EnginePause.Admission;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.FailureCodes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was seen to stop a model for eleven minutes: 50 requests that are each refused three times
 * with {@code Retry-After: 2}, beside 10 that are not. Dispatch is played by a queue that puts what
 * was refused behind fresh work.
 */
class RateLimitedBacklogTest {

  private static final Instant START = Instant.parse("2026-11-30T00:00:00Z");
  private static final Duration CALL = Duration.ofMillis(50);
  private static final int REFUSALS = 3;

  private static final class Asked {
    private final boolean calm;
    private int calls;
    private Instant notBefore = START;

    Asked(boolean calm) {
      this.calm = calm;
    }
  }

  private record Call(Asked asked, Instant startedAt, Instant endsAt) {}

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 32})
  void allAreServedWithinNinetySecondsAndTheCalmOnesSoon(int slots) {
    EnginePause pause = new EnginePause();
    pause.join(slots, () -> {});
    ArrayDeque<Asked> queue = new ArrayDeque<>();
    for (int i = 0; i < 60; i++) {
      queue.add(new Asked(i % 6 == 0));
    }
    PriorityQueue<Call> running = new PriorityQueue<>(Comparator.comparing(Call::endsAt));
    List<Instant> served = new ArrayList<>();
    List<Instant> calm = new ArrayList<>();
    Instant now = START;
    while (served.size() < 60) {
      Admission admission = pause.admission(now);
      int most =
          switch (admission) {
            case Admission.Open() -> slots;
            case Admission.Paused _ -> 0;
            case Admission.Limited(int limit) -> limit;
          };
      for (int left = queue.size(); left > 0 && running.size() < most; left--) {
        Asked next = queue.remove();
        if (next.notBefore.isAfter(now)) {
          queue.add(next);
        } else {
          assertThat(pause.pausedUntil(now)).isEmpty();
          running.add(new Call(next, now, now.plus(CALL)));
        }
      }
      now = now.plusMillis(10);
      while (!running.isEmpty() && !running.element().endsAt().isAfter(now)) {
        int runs = running.size();
        Call call = running.remove();
        call.asked().calls++;
        boolean refused = !call.asked().calm && call.asked().calls <= REFUSALS;
        EngineReply told = pause.heard(refused ? refusal() : answer(), call.startedAt(), runs, now);
        if (told instanceof EngineReply.Failed(Failure failure)) {
          call.asked().notBefore = now.plusMillis(failure.getRetryAfterMillis().orElseThrow());
          queue.add(call.asked());
        } else {
          served.add(now);
          if (call.asked().calm) {
            calm.add(now);
          }
        }
      }
      assertThat(now).as("%s served".formatted(served.size())).isBefore(START.plusSeconds(95));
    }
    assertThat(calm.getLast()).isBefore(START.plusSeconds(40));
  }

  private static EngineReply refusal() {
    return new EngineReply.Failed(
        new Failure(
            FailureCategory.OVERLOADED, FailureCodes.RATE_LIMITED, "message", null, 429, 2_000L));
  }

  private static EngineReply answer() {
    return new EngineReply.Answered(200, new byte[0], new TokenUsage(1L, 1L, 0L));
  }
}
