package io.penstock.broker.following;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.RegistryUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class KafkaFailuresTest {

  private static final List<Exception> PASSING =
      List.of(
          new KafkaException("no broker"),
          new org.apache.kafka.common.errors.TimeoutException("late"),
          new NotEnoughReplicasException("one of two"),
          new AuthenticationException("wrong password"),
          new RegistryUnavailableException("no answer", new IOException("refused")),
          new KafkaUnavailableException(new IllegalStateException("busy")),
          new TimeoutException("late"));

  private static final List<Exception> OTHERS =
      List.of(
          new IllegalStateException("a fault"),
          new IllegalArgumentException("too large"),
          new IOException("disk"),
          new SerializationException("not a record"),
          new MalformedRecordException("not a record"),
          new RecordTooLargeException("2 MB"));

  @Test
  void whatKafkaFailsToDoIsToldFromAllElseHoweverDeepItLies() {
    for (Exception each : PASSING) {
      assertThat(KafkaFailures.isOne(each)).as("%s", each).isTrue();
      assertThat(KafkaFailures.isOne(deep(each))).as("deep %s", each).isTrue();
    }
    for (Exception each : OTHERS) {
      assertThat(KafkaFailures.isOne(each)).as("%s", each).isFalse();
      assertThat(KafkaFailures.isOne(deep(each))).as("deep %s", each).isFalse();
    }
    assertThat(
            KafkaFailures.isOne(
                new SerializationException(
                    "no schema",
                    new RegistryUnavailableException("no answer", new IOException("refused")))))
        .isTrue();
  }

  @Test
  void aFutureTellsItToo() {
    for (Exception each : PASSING) {
      assertThatThrownBy(() -> KafkaFailures.told(CompletableFuture.failedFuture(each)).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(KafkaUnavailableException.class);
    }
    for (Exception each : OTHERS) {
      assertThatThrownBy(() -> KafkaFailures.told(CompletableFuture.failedFuture(each)).join())
          .isInstanceOf(CompletionException.class)
          .hasCause(each);
    }
  }

  private static Exception deep(Exception failure) {
    return new IllegalStateException(new CompletionException(failure));
  }
}
