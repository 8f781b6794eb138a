package io.penstock.broker.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.schemas.FrontEntry;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KafkaStateWriterTest {

  private final MockProducer<String, @Nullable FrontEntry> producer =
      new MockProducer<>(true, null, new StringSerializer(), (_, _) -> new byte[0]);
  private final AtomicInteger failures = new AtomicInteger();
  private final KafkaStateWriter writer =
      new KafkaStateWriter(
          new TopicPartition("front", 3),
          producer,
          InstantSource.system(),
          failures::incrementAndGet);

  KafkaStateWriterTest() {
    producer.initTransactions();
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

  private static StateChange put(String id, int bytes) {
    return new StateChange.Put(new StateEntry("batch", id, new byte[bytes]));
  }
}
