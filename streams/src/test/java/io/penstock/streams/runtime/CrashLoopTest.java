package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.RegistryUnavailableException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.junit.jupiter.api.Test;

class CrashLoopTest {

  private final CrashLoop crashLoop = new CrashLoop();
  private final RecordMetadata poison = new At("requests", 0, 7);

  @Test
  void aRecordThatEndsThreeThreadsIsCondemnedAndNoOther() {
    for (int death = 1; death <= CrashLoop.DEATHS; death++) {
      assertThat(crashLoop.condemned(poison)).isFalse();
      die(poison, new StackOverflowError());
    }

    assertThat(crashLoop.condemned(poison)).isTrue();
    assertThat(crashLoop.condemned(new At("requests", 0, 8))).isFalse();
    assertThat(crashLoop.condemned(new At("requests", 1, 7))).isFalse();
  }

  @Test
  void aRecordInHandWhileKafkaOrTheRegistryFailedIsNotToBlame() {
    assertThat(CrashLoop.blamesRecord(new TimeoutException("away"))).isFalse();
    assertThat(CrashLoop.blamesRecord(new RegistryUnavailableException("away", null))).isFalse();
    assertThat(CrashLoop.blamesRecord(new StreamsException(new TimeoutException("away"))))
        .isFalse();
    assertThat(
            CrashLoop.blamesRecord(
                new TaskMigratedException("x", new ProducerFencedException("x"))))
        .isFalse();
    assertThat(CrashLoop.blamesRecord(new OutOfMemoryError("Java heap space"))).isFalse();
  }

  @Test
  void aFaultOfOursOnARecordIsTakenForTheRecords() {
    assertThat(CrashLoop.blamesRecord(new IllegalStateException("bug"))).isTrue();
    assertThat(CrashLoop.blamesRecord(new StreamsException(new NullPointerException()))).isTrue();
    assertThat(CrashLoop.blamesRecord(new NoClassDefFoundError("x"))).isTrue();
    assertThat(CrashLoop.blamesRecord(new StreamsException(new MalformedRecordException("x"))))
        .isTrue();
  }

  @Test
  void recordsOfAThreadThatAreWorkedOnAreForgotten() {
    for (int offset = 0; offset < 100_000; offset++) {
      crashLoop.watch(new At("requests", 0, offset), () -> {});
    }

    assertThat(crashLoop.condemned(new At("requests", 0, 99_999))).isFalse();
  }

  private void die(RecordMetadata record, Error error) {
    assertThatThrownBy(
            () ->
                crashLoop.watch(
                    record,
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
  }

  private record At(String topic, int partition, long offset) implements RecordMetadata {}
}
