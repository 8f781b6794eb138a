package io.penstock.workers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.capacity.EnginePause.Admission;
import io.penstock.workers.engine.EngineReply;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnginePauseTest {

  private static final Instant T = Instant.EPOCH;

  private final EnginePause pause = new EnginePause();

  @Test
  void aPauseLastsAsLongAsTheEngineAskedFor() {
    assertThat(pause.admission(T)).isEqualTo(Admission.OPEN);
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T);
    assertThat(pause.admission(T)).isEqualTo(Admission.PAUSED);
    assertThat(pause.pausedUntil(T)).hasValue(T.plusSeconds(5));
    assertThat(pause.admission(T.plusMillis(4_999))).isEqualTo(Admission.PAUSED);
    assertThat(pause.admission(T.plusSeconds(5))).isEqualTo(Admission.TRIAL);
    assertThat(pause.pausedUntil(T.plusSeconds(5))).isEmpty();
  }

  @Test
  void noPauseIsLongerThanAMinute() {
    pause.heard(failed(FailureCategory.OVERLOADED, 86_400_000L), T);
    assertThat(pause.pausedUntil(T)).hasValue(T.plusSeconds(60));
  }

  @Test
  void aLaterReplyProlongsThePauseAndNeverShortensIt() {
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T);
    pause.heard(failed(FailureCategory.OVERLOADED, 1_000L), T.plusSeconds(1));
    assertThat(pause.pausedUntil(T)).hasValue(T.plusSeconds(5));
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T.plusSeconds(1));
    assertThat(pause.pausedUntil(T)).hasValue(T.plusSeconds(6));
  }

  @Test
  void anAnswerEndsTheTrialButNotThePause() {
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T);
    pause.heard(answered(), T.plusSeconds(1));
    assertThat(pause.admission(T.plusSeconds(1))).isEqualTo(Admission.PAUSED);
    pause.heard(answered(), T.plusSeconds(5));
    assertThat(pause.admission(T.plusSeconds(5))).isEqualTo(Admission.OPEN);
  }

  @Test
  void aTrialThatIsRefusedBeginsAnotherPause() {
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T);
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T.plusSeconds(6));
    assertThat(pause.pausedUntil(T.plusSeconds(6))).hasValue(T.plusSeconds(11));
  }

  @ParameterizedTest
  @EnumSource(FailureCategory.class)
  void onlyAnEngineThatJudgedTheRequestIsBack(FailureCategory category) {
    pause.heard(failed(FailureCategory.OVERLOADED, 5_000L), T);
    Instant after = T.plusSeconds(5);
    pause.heard(failed(category, null), after);
    boolean judged = category == FailureCategory.INVALID || category == FailureCategory.REJECTED;
    assertThat(pause.admission(after)).isEqualTo(judged ? Admission.OPEN : Admission.TRIAL);
  }

  @ParameterizedTest
  @EnumSource(FailureCategory.class)
  void onlyAnOverloadedEngineIsGivenThePauseItAsksFor(FailureCategory category) {
    pause.heard(failed(category, 5_000L), T);
    assertThat(pause.admission(T))
        .isEqualTo(category == FailureCategory.OVERLOADED ? Admission.PAUSED : Admission.OPEN);
  }

  @Test
  void anOverloadedEngineThatNamesNoTimeIsLeftToTheAdaptiveLimit() {
    pause.heard(failed(FailureCategory.OVERLOADED, null), T);
    assertThat(pause.admission(T)).isEqualTo(Admission.OPEN);
  }

  private static EngineReply answered() {
    return new EngineReply.Answered(200, new byte[0], new TokenUsage(1L, 1L, 0L));
  }

  private static EngineReply failed(FailureCategory category, @Nullable Long retryAfterMillis) {
    return new EngineReply.Failed(
        new Failure(category, "code", "message", null, null, retryAfterMillis));
  }
}
