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
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnginePauseTest {

  private static final Instant T = Instant.parse("2026-11-30T00:00:00Z");
  private static final int SLOTS = 8;

  private final EnginePause pause = joined(SLOTS);

  @ParameterizedTest
  @ValueSource(longs = {1, 999, 5_000, 600_000})
  void aPauseLastsAsLongAsTheEngineAskedForToTheMillisecond(long millis) {
    assertThat(pause.admission(T)).isEqualTo(Admission.OPEN);
    rateLimited(millis, T.minusMillis(1), 8, T);
    Instant end = T.plusMillis(millis);
    assertThat(pause.admission(T)).isInstanceOf(Admission.Paused.class);
    assertThat(pause.pausedUntil(T)).hasValue(end);
    assertThat(pause.admission(end.minusMillis(1))).isInstanceOf(Admission.Paused.class);
    assertThat(pause.admission(end)).isNotInstanceOf(Admission.Paused.class);
    assertThat(pause.pausedUntil(end)).isEmpty();
  }

  @Test
  void aRefusalThatNamesNoTimePausesForLongerEachTime() {
    Instant at = T;
    List<Long> pauses = new ArrayList<>();
    for (int refusal = 0; refusal < 9; refusal++) {
      pauses.add(rateLimited(null, at, 1, at.plusMillis(10)).toMillis());
      at = at.plusSeconds(70);
    }
    assertThat(pauses)
        .containsExactly(
            1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 60_000L, 60_000L, 60_000L);
    pause.heard(answered(), at, 1, at.plusMillis(10));
    assertThat(rateLimited(null, at, 1, at.plusMillis(20))).hasSeconds(1);
  }

  @Test
  void theRefusalSaysHowLongThePauseIs() {
    EngineReply told = pause.heard(failed(FailureCodes.RATE_LIMITED, null), T, 1, T.plusMillis(1));
    assertThat(((EngineReply.Failed) told).failure().getRetryAfterMillis()).hasValue(1_000L);
  }

  @Test
  void afterARateLimitHalfOfWhatRanIsStartedAndThenMore() {
    rateLimited(2_000L, T.minusMillis(50), 8, T);

    assertThat(pause.admission(T.plusSeconds(2))).isEqualTo(new Admission.Limited(6));
    assertThat(pause.admission(T.plusSeconds(3))).isEqualTo(new Admission.Limited(7));
    assertThat(pause.admission(T.plusSeconds(4))).isEqualTo(Admission.OPEN);
  }

  @Test
  void refusalsOfOneBurstHalveOnceAndTheLongestPauseStands() {
    rateLimited(2_000L, T.minusMillis(50), 8, T);
    rateLimited(3_000L, T.minusMillis(40), 7, T.plusMillis(5));
    rateLimited(1_000L, T.minusMillis(30), 6, T.plusMillis(10));

    assertThat(pause.pausedUntil(T)).hasValue(T.plusMillis(3_005));
    assertThat(pause.admission(T.plusMillis(3_005))).isEqualTo(new Admission.Limited(7));
    assertThat(pause.count()).isEqualTo(1);
  }

  @Test
  void manySlotsHaveGrownBackWithinAMinute() {
    EnginePause large = joined(600);
    large.heard(failed(FailureCodes.RATE_LIMITED, 1_000L), T, 600, T.plusMillis(1));

    assertThat(large.admission(T.plusMillis(1_001))).isEqualTo(new Admission.Limited(310));
    assertThat(large.admission(T.plusSeconds(31))).isEqualTo(Admission.OPEN);
  }

  @Test
  void aServerThatDoesNotRunIsTriedByOneRequestUntilOneIsAnswered() {
    pause.heard(failed("engine_unreachable", 5_000L), T, 1, T);
    pause.heard(answered(), T, 1, T.plusSeconds(1));
    assertThat(pause.admission(T.plusSeconds(1))).isInstanceOf(Admission.Paused.class);
    Instant after = T.plusSeconds(5);
    assertThat(pause.admission(after)).isEqualTo(new Admission.Limited(1));
    pause.heard(answered(), after, 1, after.plusSeconds(1));
    assertThat(pause.admission(after)).isEqualTo(Admission.OPEN);
  }

  @Test
  void aTrialThatIsRefusedBeginsAnotherPause() {
    pause.heard(failed("engine_unreachable", 5_000L), T, 1, T);
    pause.heard(failed("engine_unreachable", 5_000L), T.plusSeconds(5), 1, T.plusSeconds(6));
    assertThat(pause.pausedUntil(T.plusSeconds(6))).hasValue(T.plusSeconds(11));
    assertThat(pause.count()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(FailureCategory.class)
  void onlyAnEngineThatJudgedTheRequestIsBack(FailureCategory category) {
    pause.heard(failed("engine_unreachable", 5_000L), T, 1, T);
    Instant after = T.plusSeconds(5);
    pause.heard(failed(category, "code", null), after, 1, after);
    boolean judged = category == FailureCategory.INVALID || category == FailureCategory.REJECTED;
    assertThat(pause.admission(after))
        .isEqualTo(judged ? Admission.OPEN : new Admission.Limited(1));
  }

  @ParameterizedTest
  @EnumSource(FailureCategory.class)
  void onlyAnOverloadedEngineIsGivenThePauseItAsksFor(FailureCategory category) {
    pause.heard(failed(category, "code", 5_000L), T, 1, T);
    assertThat(pause.pausedUntil(T).isPresent()).isEqualTo(category == FailureCategory.OVERLOADED);
  }

  @Test
  void anOverloadedEngineThatNamesNoTimeIsLeftToTheAdaptiveLimit() {
    pause.heard(failed(FailureCodes.OVERLOADED, null), T, 1, T);
    assertThat(pause.admission(T)).isEqualTo(Admission.OPEN);
  }

  @Test
  void enginesOfOneAccountShareThePauseAndWhatItLeaves() {
    EnginePause shared = EnginePause.ofAccount("http://provider#1");
    List<String> woken = new ArrayList<>();
    Runnable leave = shared.join(4, () -> woken.add("a"));
    Runnable leaveToo = shared.join(4, () -> woken.add("b"));

    shared.heard(failed(FailureCodes.RATE_LIMITED, 2_000L), T, 4, T.plusMillis(1));

    assertThat(EnginePause.ofAccount("http://provider#1")).isSameAs(shared);
    assertThat(EnginePause.ofAccount("http://provider#2").pausedUntil(T)).isEmpty();
    assertThat(woken).containsExactly("a", "b");
    assertThat(shared.admission(T.plusMillis(2_001))).isEqualTo(new Admission.Limited(3));
    leave.run();
    leaveToo.run();
  }

  @Test
  void theReasonIsOneShortLine() {
    pause.heard(
        new EngineReply.Failed(
            new Failure(
                FailureCategory.OVERLOADED,
                FailureCodes.RATE_LIMITED,
                "no\nmore\u001b[31m" + "x".repeat(1_000),
                null,
                429,
                1_000L)),
        T,
        1,
        T);
    assertThat(((Admission.Paused) pause.admission(T)).reason())
        .startsWith("engine_rate_limited: no\\nmore\\u001b[31mx")
        .hasSizeLessThan(250);
  }

  /** An engine that refuses all it is given, at once, with pauses of any length. */
  @Property(tries = 200)
  void whilePausedNothingStartsAndAnEngineThatRefusesAllIsRarelyAsked(
      @ForAll @IntRange(min = 1, max = 64) int slots,
      @ForAll @Size(min = 20, max = 40) List<@LongRange(min = 100, max = 5_000) Long> pauses) {
    EnginePause refused = joined(slots);
    Instant now = T;
    Instant settled = T;
    long started = 0;
    for (int round = 0; round < pauses.size(); round++) {
      Admission admission = refused.admission(now);
      int most = admission instanceof Admission.Limited(int limit) ? limit : slots;
      assertThat(admission).isNotInstanceOf(Admission.Paused.class);
      Instant startedAt = now;
      now = now.plusMillis(10);
      for (int running = most; running > 0; running--) {
        refused.heard(
            failed(FailureCodes.RATE_LIMITED, pauses.get(round)), startedAt, running, now);
      }
      Instant end = refused.pausedUntil(now).orElseThrow();
      assertThat(end).isEqualTo(now.plusMillis(pauses.get(round)));
      assertThat(refused.admission(end.minusMillis(1))).isInstanceOf(Admission.Paused.class);
      if (round == 7) {
        settled = now;
      }
      started += round > 7 ? most : 0;
      now = end;
    }
    double seconds = Duration.between(settled, now).toMillis() / 1000.0;
    double growth = Math.max(1, slots / 60.0);
    // Never less than one at a time, of which each pause costs at least its length.
    assertThat(started).isLessThanOrEqualTo(Math.round(2 * growth * seconds) + pauses.size() + 10);
  }

  private Duration rateLimited(
      @Nullable Long retryAfterMillis, Instant startedAt, int running, Instant now) {
    pause.heard(failed(FailureCodes.RATE_LIMITED, retryAfterMillis), startedAt, running, now);
    return Duration.between(now, pause.pausedUntil(now).orElseThrow());
  }

  private static EnginePause joined(int slots) {
    EnginePause made = new EnginePause();
    made.join(slots, () -> {});
    return made;
  }

  private static EngineReply answered() {
    return new EngineReply.Answered(200, new byte[0], new TokenUsage(1L, 1L, 0L));
  }

  private static EngineReply failed(String code, @Nullable Long retryAfterMillis) {
    return failed(FailureCategory.OVERLOADED, code, retryAfterMillis);
  }

  private static EngineReply failed(
      FailureCategory category, String code, @Nullable Long retryAfterMillis) {
    return new EngineReply.Failed(
        new Failure(category, code, "message", null, null, retryAfterMillis));
  }
}
