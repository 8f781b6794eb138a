package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.streams.delivery.ReplyTopicStates.Treatment;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplyTopicStatesTest {

  private static final Treatment COPY = new Treatment.Copy();
  private static final Treatment HOLD = new Treatment.Hold();

  private final ReplyTopicStates states = new ReplyTopicStates();
  private Instant now = Instant.parse("2026-11-01T00:00:00Z");

  @Test
  void aTopicThatIsUnavailableIsSetAsideAndTriedAgainAfterGrowingPauses() {
    states.failed("a", Trouble.UNAVAILABLE, 10, now);

    assertThat(states.treat("a", 10, now)).isEqualTo(HOLD);
    assertThat(states.treat("b", 10, now)).isEqualTo(COPY);
    for (long pause : new long[] {5, 10, 20, 40, 60, 60}) {
      now = now.plusSeconds(pause).minusMillis(1);
      assertThat(states.due(now)).isEmpty();
      now = now.plusMillis(1);
      assertThat(states.due(now)).contains("a");
      states.failed("a", Trouble.UNAVAILABLE, 10, now);
    }
    states.delivered("a", now);
    assertThat(states.treat("a", 10, now)).isEqualTo(COPY);
    assertThat(states.setAside()).isZero();
  }

  @Test
  void aTopicThatFailsAgainSoonGoesOnWhereItsPausesWere() {
    states.failed("a", Trouble.UNAVAILABLE, 10, now);
    states.delivered("a", now);
    now = now.plus(ReplyTopicStates.FORGIVEN_AFTER).minusSeconds(1);
    states.failed("a", Trouble.UNAVAILABLE, 10, now);
    assertThat(states.due(now.plusSeconds(9))).isEmpty();
    assertThat(states.due(now.plusSeconds(10))).contains("a");

    states.delivered("a", now);
    now = now.plus(ReplyTopicStates.FORGIVEN_AFTER);
    states.failed("a", Trouble.UNAVAILABLE, 10, now);
    assertThat(states.due(now.plusSeconds(5))).contains("a");
  }

  @Test
  void triesTakeAFifthOfTheTimeHoweverManyTopicsFail() {
    for (int i = 0; i < 100; i++) {
      states.failed("t" + i, Trouble.UNAVAILABLE, 10, now);
    }
    Duration tried = Duration.ZERO;
    Instant end = now.plus(Duration.ofMinutes(10));
    while (now.isBefore(end)) {
      now = now.plusMillis(500);
      var due = states.due(now);
      if (due.isPresent()) {
        now = now.plusSeconds(3);
        tried = tried.plusSeconds(3);
        states.failed(due.get(), Trouble.UNAVAILABLE, 10, now);
        states.tried(Duration.ofSeconds(3), now);
      }
    }

    assertThat(tried).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(120));
  }

  @Test
  void aTooSmallTopicTakesSmallerResultsAndIsGivenLargeOnesAgainAfterAMinute() {
    states.failed("a", Trouble.TOO_LARGE, 2_000, now);

    assertThat(states.treat("a", 2_000, now)).isEqualTo(new Treatment.Bury(Trouble.TOO_LARGE));
    assertThat(states.treat("a", 5_000, now)).isEqualTo(new Treatment.Bury(Trouble.TOO_LARGE));
    assertThat(states.treat("a", 1_999, now)).isEqualTo(COPY);
    now = now.plus(ReplyTopicStates.TOO_LARGE_FOR);
    assertThat(states.treat("a", 5_000, now)).isEqualTo(COPY);
  }

  @Test
  void aTopicThatRefusesIsNotTriedForAWhile() {
    states.failed("a", Trouble.NOT_AUTHORISED, 10, now);
    states.failed("b", Trouble.MISSING, 10, now);

    assertThat(states.treat("a", 1, now)).isEqualTo(new Treatment.Bury(Trouble.NOT_AUTHORISED));
    assertThat(states.treat("b", 1, now)).isEqualTo(new Treatment.Bury(Trouble.MISSING));
    now = now.plus(ReplyTopicStates.MISSING_FOR);
    assertThat(states.treat("b", 1, now)).isEqualTo(COPY);
    now = now.plus(ReplyTopicStates.REFUSED_FOR);
    assertThat(states.treat("a", 1, now)).isEqualTo(COPY);
  }
}
