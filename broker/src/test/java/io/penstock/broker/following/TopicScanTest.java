package io.penstock.broker.following;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopicScanTest {

  private static final String TOPIC = "feedback";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final AvroSerdes serdes = new AvroSerdes("mock://topic-scan");

  /** A topic of one partition. */
  private static class Topic extends MockConsumer<String, byte[]> {

    Topic(List<byte @Nullable []> values) {
      super("earliest");
      updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, null, null, null)));
      updateBeginningOffsets(Map.of(PARTITION, 0L));
      updateEndOffsets(Map.of(PARTITION, (long) values.size()));
      schedulePollTask(
          () -> {
            for (int i = 0; i < values.size(); i++) {
              addRecord(new ConsumerRecord<>(TOPIC, 0, i, "key", values.get(i)));
            }
          });
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times) {
      Map<TopicPartition, OffsetAndTimestamp> first = new HashMap<>();
      times.forEach((partition, time) -> first.put(partition, new OffsetAndTimestamp(0, time)));
      return first;
    }
  }

  private byte[] judgement(String id) {
    return serdes
        .serializer(Feedback.class)
        .serialize(
            TOPIC,
            Feedback.newBuilder()
                .setRequestId(id)
                .setScore(1)
                .setSource("user")
                .setGivenAt(Instant.EPOCH)
                .build());
  }

  private TopicScan scan(byte @Nullable []... values) {
    return new TopicScan(() -> new Topic(Arrays.asList(values)), serdes);
  }

  @Test
  void whatCannotBeReadIsPassedOverAndCounted() {
    List<String> read = new ArrayList<>();
    long unreadable =
        scan(judgement("a"), new byte[] {1, 2, 3}, null, judgement("b"), new byte[0])
            .read(
                TOPIC,
                Feedback.class,
                Instant.EPOCH,
                Patience.of(Duration.ofMinutes(1)),
                found -> read.add(found.offset() + found.value().getRequestId()));
    assertThat(read).containsExactly("0a", "3b");
    assertThat(unreadable).isEqualTo(2);
  }

  @Test
  void ofManyCallersAFewReadAtTheSameTime() throws Exception {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TopicScan scan =
        new TopicScan(
            () -> {
              most.accumulateAndGet(open.incrementAndGet(), Math::max);
              return new Topic(List.of(judgement("a"))) {
                @Override
                public synchronized void close() {
                  open.decrementAndGet();
                  super.close();
                }
              };
            },
            serdes);
    AtomicInteger read = new AtomicInteger();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int caller = 0; caller < 50; caller++) {
        callers.execute(
            () ->
                scan.read(
                    TOPIC,
                    Feedback.class,
                    Instant.EPOCH,
                    _ -> {
                      read.incrementAndGet();
                      try {
                        Thread.sleep(5);
                      } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                      }
                    }));
      }
    }
    assertThat(read).hasValue(50);
    assertThat(most).hasValueBetween(2, TopicScan.READERS);
  }

  @Test
  void aReadThatIsGivenUpEnds() {
    Patience patience = Patience.of(Duration.ofMinutes(2));
    patience.giveUp();
    TopicScan scan = scan(judgement("a"));
    assertThatThrownBy(() -> scan.read(TOPIC, Feedback.class, Instant.EPOCH, patience, _ -> {}))
        .isInstanceOf(SlowScanException.class);
  }

  @Test
  void readsThatShareAPatienceHaveItTogether() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);
    Patience patience = new Patience(Duration.ofMinutes(2), nanos::get);
    TopicScan scan = scan(judgement("a"));
    long unreadable =
        scan.read(
            TOPIC,
            Feedback.class,
            Instant.EPOCH,
            patience,
            _ -> nanos.addAndGet(Duration.ofSeconds(121).toNanos()));
    assertThat(unreadable).isZero();
    assertThatThrownBy(() -> scan.read(TOPIC, Feedback.class, Instant.EPOCH, patience, _ -> {}))
        .isInstanceOf(SlowScanException.class)
        .hasMessage("feedback was not read to the end within 120 s");
  }
}
