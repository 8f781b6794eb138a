package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The lag is that of Kafka's own mock of a consumer, on a clock that the test moves. */
class WorkReportTest {

  private static final TopicPartition INTERACTIVE = new TopicPartition("work.interactive", 3);
  private static final TopicPartition BATCH = new TopicPartition("work.batch", 3);
  private static final TopicPartition OTHER = new TopicPartition("work.batch", 4);

  private long now;
  private final Progress progress = new Progress(ProgressSettings.DEFAULT);
  private final WorkReport report = new WorkReport(progress, () -> now);
  private final WorkReport.Reader reader = report.reader();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

  @Test
  void whatWaitsInAllTopicsOfOnePartitionNumberIsOnePart() {
    waiting(Map.of(INTERACTIVE, 2L, BATCH, 5L));
    reader.polled(consumer, 0);

    pass(31);
    assertThat(progress.problem(now)).get().asString().contains("partition 3 has 7 waiting");
  }

  @Test
  void aCommitOfAnyTopicIsProgressOfItsPartAndOfNoOther() {
    waiting(Map.of(INTERACTIVE, 2L, OTHER, 5L));
    reader.polled(consumer, 0);
    pass(20);
    report.committed(Set.of(INTERACTIVE));

    pass(11);
    assertThat(progress.problem(now)).get().asString().contains("partition 4 has 5 waiting");
    report.committed(Set.of(OTHER));
    assertThat(progress.problem(now)).isEmpty();
  }

  @Test
  void aThreadThatDoesNotComeBackFromWhatItPolledIsAStall() {
    consumer.assign(List.of());
    reader.polled(consumer, 4);
    pass(31);
    assertThat(progress.problem(now)).get().asString().contains("thread ").contains("4 waiting");

    reader.returned();
    assertThat(progress.problem(now)).isEmpty();
  }

  @Test
  void partitionsThatWentToAnotherThreadAreForgotten() {
    waiting(Map.of(INTERACTIVE, 2L, OTHER, 5L));
    reader.polled(consumer, 0);
    pass(1);
    waiting(Map.of(OTHER, 0L));
    reader.polled(consumer, 0);

    pass(60);
    assertThat(progress.problem(now)).isEmpty();
  }

  @Test
  void lagsAreLookedAtTwiceASecondAtMost() {
    waiting(Map.of(INTERACTIVE, 2L));
    reader.polled(consumer, 0);
    waiting(Map.of(INTERACTIVE, 0L));
    now += TimeUnit.MILLISECONDS.toNanos(499);
    reader.polled(consumer, 0);
    assertThat(progress.problem(now + TimeUnit.SECONDS.toNanos(31))).isPresent();

    now += TimeUnit.MILLISECONDS.toNanos(1);
    reader.polled(consumer, 0);
    assertThat(progress.problem(now + TimeUnit.SECONDS.toNanos(31))).isEmpty();
  }

  @Test
  void aThreadThatEndsLeavesNothingThatWaits() {
    waiting(Map.of(INTERACTIVE, 2L));
    reader.polled(consumer, 4);
    reader.gone();

    pass(60);
    assertThat(progress.problem(now)).isEmpty();
  }

  @Test
  void withoutAProgressToTellNothingIsLookedAt() {
    WorkReport.Reader idle = WorkReport.NONE.reader();
    idle.polled(consumer, 4);
    idle.returned();
    idle.gone();
    WorkReport.NONE.committed(Set.of(INTERACTIVE));

    assertThat(progress.problem(TimeUnit.DAYS.toNanos(1))).isEmpty();
  }

  private void pass(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Assigns these partitions, each with so many records before the consumer. */
  private void waiting(Map<TopicPartition, Long> lags) {
    consumer.assign(lags.keySet());
    lags.forEach(
        (partition, lag) -> {
          consumer.updateBeginningOffsets(Map.of(partition, 0L));
          consumer.updateEndOffsets(Map.of(partition, lag));
          consumer.seek(partition, 0);
        });
  }
}
