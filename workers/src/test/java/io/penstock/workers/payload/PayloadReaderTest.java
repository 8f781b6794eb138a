package io.penstock.workers.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PayloadReaderTest {

  private static final TopicPartition A = new TopicPartition("work.interactive", 0);
  private static final TopicPartition B = new TopicPartition("work.batch", 1);

  /** Counts seeks, and tells in which order records were put before the reader. */
  private static final class SeekingConsumer extends MockConsumer<String, byte[]> {
    final List<Long> seeks = new ArrayList<>();
    int polls;

    SeekingConsumer() {
      super("none");
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
      seeks.add(offset);
      super.seek(partition, offset);
    }

    @Override
    public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
      polls++;
      return super.poll(timeout);
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
      super.assign(partitions);
      Map<TopicPartition, Long> start = new HashMap<>();
      partitions.forEach(partition -> start.put(partition, 0L));
      updateBeginningOffsets(start);
    }
  }

  private Instant now = Instant.EPOCH;
  private final SeekingConsumer consumer = new SeekingConsumer();
  private final PayloadReader reader = new PayloadReader(Duration.ofSeconds(10), () -> now);
  private final Map<Long, RecordRead> reads = new HashMap<>();
  private final List<Long> order = new ArrayList<>();

  @BeforeEach
  void open() {
    reader.open(consumer);
  }

  @Test
  void readsAskedForTogetherAreAnsweredInTheOrderOfTheLogByOnePoll() {
    ask(A, 7, 2, 5);
    onPoll(A, 2, 3, 4, 5, 6, 7);
    reader.turn(consumer);
    assertThat(order).containsExactly(2L, 5L, 7L);
    assertThat(reads.values()).allMatch(read -> read instanceof RecordRead.Found);
    assertThat(consumer.seeks).containsExactly(2L);
    assertThat(consumer.polls).isEqualTo(1);
  }

  @Test
  void neighboursComeFromTheBufferWithoutAnotherPoll() {
    ask(A, 2);
    onPoll(A, 2, 3, 4);
    reader.turn(consumer);
    ask(A, 3, 4);
    ask(A, 5);
    onPoll(A, 5);
    reader.turn(consumer);
    assertThat(order).containsExactly(2L, 3L, 4L, 5L);
    assertThat(consumer.seeks).containsExactly(2L);
    assertThat(consumer.polls).isEqualTo(2);
  }

  @Test
  void aRecordFarAwayIsSoughtFor() {
    ask(A, 2);
    onPoll(A, 2);
    reader.turn(consumer);
    ask(A, 500);
    onPoll(A, 500);
    reader.turn(consumer);
    ask(A, 1);
    onPoll(A, 1);
    reader.turn(consumer);
    assertThat(consumer.seeks).containsExactly(2L, 500L, 1L);
    assertThat(order).containsExactly(2L, 500L, 1L);
  }

  @Test
  void anOffsetWithoutARecordIsGone() {
    ask(A, 2, 3);
    onPoll(A, 3);
    reader.turn(consumer);
    assertThat(reads.get(2L)).isInstanceOf(RecordRead.Gone.class);
    assertThat(reads.get(3L)).isInstanceOf(RecordRead.Found.class);
  }

  @Test
  void anOffsetThatRetentionDeletedIsGoneAndOthersAreRead() {
    ask(A, 2, 9, 100);
    consumer.schedulePollTask(
        () -> {
          consumer.updateBeginningOffsets(Map.of(A, 5L));
          consumer.updateEndOffsets(Map.of(A, 50L));
        });
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(A, 2L)));
    reader.turn(consumer);
    assertThat(reads.get(2L)).isInstanceOf(RecordRead.Gone.class);
    assertThat(reads.get(100L)).isInstanceOf(RecordRead.Unavailable.class);
    onPoll(A, 9);
    reader.turn(consumer);
    assertThat(reads.get(9L)).isInstanceOf(RecordRead.Found.class);
  }

  @Test
  void aReadThatTakesTooLongIsUnavailable() {
    ask(A, 2);
    reader.turn(consumer);
    assertThat(reads).isEmpty();
    now = now.plusSeconds(10);
    ask(B, 1);
    onPoll(B, 1);
    reader.turn(consumer);
    assertThat(reads.get(2L)).isInstanceOf(RecordRead.Unavailable.class);
    assertThat(reads.get(1L)).isInstanceOf(RecordRead.Found.class);
  }

  @Test
  void anErrorOfTheConsumerLosesNoRead() {
    ask(A, 2);
    consumer.setPollException(new KafkaException("broken"));
    Assertions.assertThatThrownBy(() -> reader.turn(consumer)).hasMessage("broken");
    SeekingConsumer another = new SeekingConsumer();
    reader.open(another);
    another.schedulePollTask(() -> another.addRecord(record(A, 2)));
    reader.turn(another);
    assertThat(reads.get(2L)).isInstanceOf(RecordRead.Found.class);
  }

  @Test
  void partitionsNotAskedForPause() {
    ask(A, 2);
    onPoll(A, 2);
    reader.turn(consumer);
    ask(B, 1);
    onPoll(B, 1);
    reader.turn(consumer);
    assertThat(consumer.paused()).containsExactly(A);
  }

  private void ask(TopicPartition partition, long... offsets) {
    for (long offset : offsets) {
      reader.read(
          partition,
          offset,
          read -> {
            reads.put(offset, read);
            order.add(offset);
          });
    }
  }

  private void onPoll(TopicPartition partition, long... offsets) {
    consumer.schedulePollTask(
        () -> {
          for (long offset : offsets) {
            consumer.addRecord(record(partition, offset));
          }
        });
  }

  private static ConsumerRecord<String, byte[]> record(TopicPartition partition, long offset) {
    return new ConsumerRecord<>(
        partition.topic(), partition.partition(), offset, "key", new byte[] {1});
  }
}
