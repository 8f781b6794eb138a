package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FirstTokenTest {

  private static final Instant CLOSED = Instant.parse("2026-11-30T12:00:10Z");

  @Test
  void anAnswerIsLateByItsFirstTokenHoweverLongTheRestTakes() {
    InferenceResult answer = generated(Duration.ofSeconds(8), Duration.ZERO);

    assertThat(FirstToken.at(answer)).isEqualTo(CLOSED.minusSeconds(8));
    assertThat(FirstToken.isLate(answer, CLOSED.minusSeconds(8))).isFalse();
    assertThat(FirstToken.isLate(answer, CLOSED.minusSeconds(9))).isTrue();
  }

  @Test
  void aWorkersTimeOfDayDoesNotMatter() {
    assertThat(FirstToken.at(generated(Duration.ofSeconds(8), Duration.ofMinutes(5))))
        .isEqualTo(CLOSED.minusSeconds(8));
  }

  @Test
  void anAnswerWithoutTokensComesWhenItIsWhole() {
    assertThat(FirstToken.at(result(TerminalStatus.SUCCEEDED).build())).isEqualTo(CLOSED);
  }

  @ParameterizedTest
  @EnumSource(
      value = TerminalStatus.class,
      names = {"FAILED", "CANCELLED"})
  void whatFailedOrWasCancelledIsNotLate(TerminalStatus status) {
    assertThat(FirstToken.isLate(result(status).build(), Instant.EPOCH)).isFalse();
  }

  @Test
  void whatExpiredIsLate() {
    assertThat(FirstToken.isLate(result(TerminalStatus.EXPIRED).build(), Instant.MAX)).isTrue();
  }

  private static InferenceResult generated(Duration length, Duration clockAhead) {
    Instant end = CLOSED.plus(clockAhead);
    return result(TerminalStatus.SUCCEEDED)
        .setFirstTokenAt(end.minus(length))
        .setEngineFinishedAt(end)
        .build();
  }

  private static InferenceResult.Builder result(TerminalStatus status) {
    return InferenceResult.newBuilder()
        .setId("a")
        .setTenant("tenant")
        .setEndpoint("/v1/chat/completions")
        .setStatus(status)
        .setStatusCode(200)
        .setServiceClass(ServiceClass.STANDARD)
        .setRequestedModel("m")
        .setAttempts(1)
        .setCreatedAt(CLOSED.minusSeconds(20))
        .setAcceptedAt(CLOSED.minusSeconds(20))
        .setFinishedAt(CLOSED);
  }
}
