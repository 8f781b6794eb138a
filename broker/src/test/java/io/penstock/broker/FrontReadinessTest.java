package io.penstock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrontReadinessTest {

  private final FrontReadiness readiness = new FrontReadiness(() -> false);

  @Test
  void anInstanceSaysThatItStartsUntilAllItsPartsHaveStarted() {
    assertThat(readiness.problem()).hasValue("it is starting");
    readiness.started(Optional::empty);
    assertThat(readiness.problem()).isEmpty();
  }

  @Test
  void itsPartsSayWhatIsWrongOnceTheyHaveStarted() {
    readiness.started(() -> Optional.of("no partition is open"));
    assertThat(readiness.problem()).hasValue("no partition is open");
  }

  @Test
  void anInstanceThatStopsSaysSo() {
    assertThat(readiness.isStopping()).isFalse();
    readiness.stopping();
    assertThat(readiness.isStopping()).isTrue();
  }
}
