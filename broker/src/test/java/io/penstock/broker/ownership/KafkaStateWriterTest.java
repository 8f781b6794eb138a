package io.penstock.broker.ownership;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.UnknownWriteException;
import io.penstock.schemas.FrontEntry;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KafkaStateWriterTest {

  private final Deque<Throwable> commitFailures = new ArrayDeque<>();
  private final MockProducer<String, @Nullable FrontEntry> producer = producer();
  private final AtomicInteger failures = new AtomicInteger();
  private final KafkaStateWriter writer = writer(producer);

  private MockProducer<String, @Nullable FrontEntry> producer() {
    MockProducer<String, @Nullable FrontEntry> made =
        new MockProducer<>(true, null, new StringSerializer(), (_, _) -> new byte[0]) {
          @Override
          public void commitTransaction() {
            switch (commitFailures.poll()) {
              case null -> {}
              case RuntimeException failure -> throw failure;
              case Error failure -> throw failure;
              case Throwable other -> throw new IllegalStateException(other);
            }
            super.commitTransaction();
          }
        };
    made.initTransactions();
    return made;
  }

  private KafkaStateWriter writer(MockProducer<String, @Nullable FrontEntry> to) {
    return new KafkaStateWriter(
        new TopicPartition("front", 3), to, InstantSource.system(), failures::incrementAndGet);
  }

  @Test
  void anEntryThatIsTooLargeFailsAloneAndTheWriterGoesOn() {
    CompletableFuture<Void> large =
        writer.write(List.of(put("small", 10), put("large", KafkaStateWriter.MOST_BYTES + 1)));
    assertThatThrownBy(large::join).hasCauseInstanceOf(IllegalArgumentException.class);

    writer.write(List.of(put("after", 10))).join();

    assertThat(producer.history()).extracting(ProducerRecord::key).containsExactly("batch/after");
    assertThat(failures).hasValue(0);
  }

  @Test
  void aCommitThatIsLateIsAskedForAgain() {
    commitFailures.add(new TimeoutException("late"));

    writer.write(List.of(put("a", 10))).join();

    assertThat(producer.history()).hasSize(1);
    assertThat(failures).hasValue(0);
  }

  @Test
  void aCommitThatIsNeverConfirmedIsOfUnknownOutcome() {
    for (int each = 0; each < 3; each++) {
      commitFailures.add(new TimeoutException("late"));
    }
    producer.abortTransactionException = new KafkaException("the commit must be tried again");

    assertThatThrownBy(() -> writer.write(List.of(put("a", 10))).join())
        .hasCauseInstanceOf(UnknownWriteException.class);
    assertThatThrownBy(() -> writer.write(List.of(put("b", 10))).join())
        .hasCauseInstanceOf(HomeLostException.class);
    assertThat(failures).hasValue(1);
  }

  @Test
  void whatWasAbortedWasNotWritten() {
    commitFailures.add(new KafkaException("a record was refused"));

    assertThatThrownBy(() -> writer.write(List.of(put("a", 10))).join())
        .hasCauseInstanceOf(HomeLostException.class);
  }

  @Test
  void whatASuccessorFencedOffWasNotWritten() {
    commitFailures.add(new ProducerFencedException("a successor"));
    producer.abortTransactionException = new ProducerFencedException("a successor");

    assertThatThrownBy(() -> writer.write(List.of(put("a", 10))).join())
        .hasCauseInstanceOf(HomeLostException.class);
  }

  @Test
  void whateverStopsTheWriterItSaysSoOnceAndLeavesNobodyWaiting() {
    for (Throwable failure :
        List.of(
            new KafkaException("a record was refused"),
            new IllegalStateException("the producer is closed"),
            new OutOfMemoryError("a buffer"))) {
      try (KafkaStateWriter each = writer(producer())) {
        int before = failures.get();
        commitFailures.add(failure);
        assertThatThrownBy(() -> each.write(List.of(put("a", 10))).orTimeout(10, SECONDS).join())
            .as("%s", failure)
            .hasCauseInstanceOf(HomeException.class);
        assertThatThrownBy(() -> each.write(List.of(put("b", 10))).orTimeout(10, SECONDS).join())
            .as("%s", failure)
            .hasCauseInstanceOf(HomeLostException.class);
        assertThat(failures.get() - before).as("%s", failure).isEqualTo(1);
      }
    }
  }

  private static StateChange put(String id, int bytes) {
    return new StateChange.Put(new StateEntry("batch", id, new byte[bytes]));
  }
}
