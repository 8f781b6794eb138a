package io.penstock.compose.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAnswersTest {

  @Test
  void rowsBecomeALogOfTimesAndResults() {
    RequestLog log =
        PeerAnswers.rows(
            """
            {"rows":[[1000,1010,3000,3500,4000,1],[2000,2010,9000,9500,9900,2],[3000,3010,0,0,0,0]]}\
            """,
            "p1",
            3);
    assertThat(log.between(Moment.DUE, Moment.STARTED).millis(50)).isEqualTo(2);
    assertThat(log.when(1, Moment.VISIBLE)).isEqualTo(9900);
    assertThat(log.duplicates()).isOne();
    assertThat(log.unanswered()).isOne();
    assertThat(log.when(2, Moment.STARTED)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"rows\":[[1,2,3,4,5,1]]}",
        "{\"rows\":[[1,2,3,4,5,1],[1,2,3]]}",
        "{\"filled\":2}",
        "ready",
        ""
      })
  void rowsOtherThanThoseAskedForAreRefused(String answer) {
    assertThatThrownBy(() -> PeerAnswers.rows(answer, "p1", 2))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aNumberIsReadByName() {
    assertThat(PeerAnswers.number("{\"perSecond\":123.5,\"missing\":0}", "perSecond"))
        .isEqualTo(123.5);
    assertThatThrownBy(() -> PeerAnswers.number("{\"perSecond\":null}", "perSecond"))
        .hasMessageContaining("perSecond");
  }

  @Test
  void whatAClientSaysWentWrongIsPassedOn() {
    assertThatThrownBy(() -> PeerAnswers.number("{\"error\":\"OOM command\"}", "waiting"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("OOM command");
  }

  @Test
  void aRunBegunTwiceCountsOnceAsRunAgain() {
    assertThat(PeerAnswers.runAgain(List.of("r1-1", "r1-2", "r1-1"))).isOne();
    assertThat(PeerAnswers.runAgain(List.of())).isZero();
  }
}
