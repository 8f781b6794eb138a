package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class PatientProducerTest {

  private static final Duration BLOCK = Duration.ofSeconds(5);

  private long nanos;
  private int steps;

  /** Ends a call as max.block.ms does. */
  private void timeOut() {
    steps++;
    nanos += BLOCK.toNanos();
    throw new TimeoutException("no coordinator");
  }

  @Test
  void aCommitIsTriedAgainUntilTheCoordinatorIsBack() {
    PatientProducer.insist(
        () -> {
          if (steps < 3) {
            timeOut();
          }
          steps++;
        },
        () -> nanos);
    assertThat(steps).isEqualTo(4);
  }

  @Test
  void patienceEnds() {
    assertThatThrownBy(() -> PatientProducer.insist(this::timeOut, () -> nanos))
        .isInstanceOf(TimeoutException.class);
    assertThat(Duration.ofNanos(nanos)).isEqualTo(PatientProducer.PATIENCE);
  }

  @Test
  void aFencedProducerIsToldAtOnce() {
    assertThatThrownBy(
            () ->
                PatientProducer.insist(
                    () -> {
                      steps++;
                      throw new ProducerFencedException("another took over");
                    },
                    () -> nanos))
        .isInstanceOf(ProducerFencedException.class);
    assertThat(steps).isEqualTo(1);
  }

  @Test
  void aCommitOfATransactionThatTimedOutFencesTheProducerRatherThanKillTheThread() {
    assertThatThrownBy(
            () ->
                PatientProducer.fencedIfAborted(
                    () -> {
                      throw new InvalidTxnStateException("nothing to commit");
                    }))
        .isInstanceOf(InvalidProducerEpochException.class)
        .hasCauseInstanceOf(InvalidTxnStateException.class);
  }
}
