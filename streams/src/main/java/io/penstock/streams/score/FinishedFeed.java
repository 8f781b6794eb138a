package io.penstock.streams.score;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.reading.ConsumerLoop;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.reading.RecordFaults;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.spend.AdmittedCost;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Teaches the predictor from finished requests on the lifecycle topic, and says that they are not
 * committed any more. One thread of its own; scoring never waits for it. When it fails it says so,
 * the predictor keeps what it knows, and it tries again from where it stood.
 */
final class FinishedFeed implements ConsumerLoop.Reader<byte[]>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FinishedFeed.class);
  private static final int LONGEST_REASON = 1000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOOKUP = Duration.ofSeconds(10);

  private final Deserializer<RequestStatus> deserializer;
  private final OutputLengthPredictor predictor;
  private final AdmittedCost admitted;
  private final InstantSource clock;
  private final String topic;
  private final int learnFromLast;
  private final Counter observed;
  private final Counter failures;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final ConsumerLoop<byte[]> loop;

  /**
   * @param consumers makes a read_committed consumer, without a group
   * @param learnFromLast records before the end to begin with, over all partitions
   */
  FinishedFeed(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Deserializer<RequestStatus> deserializer,
      OutputLengthPredictor predictor,
      AdmittedCost admitted,
      InstantSource clock,
      String topic,
      int learnFromLast,
      MeterRegistry metrics) {
    this.deserializer = deserializer;
    this.predictor = predictor;
    this.admitted = admitted;
    this.clock = clock;
    this.topic = topic;
    this.learnFromLast = learnFromLast;
    this.observed = metrics.counter("penstock.score.output.observed");
    this.failures = metrics.counter("penstock.score.output.feed.failures");
    this.loop = new ConsumerLoop<>("penstock-score-finished", consumers, this, () -> {});
  }

  void start() {
    loop.start();
  }

  /** Returns when the consumer is closed, or a few seconds later. */
  @Override
  public void close() {
    loop.close();
  }

  @Override
  public void failed(Throwable failure) {
    failures.increment();
  }

  /** Takes all partitions, each from where it stood, or from a share of the records at its end. */
  @Override
  public void open(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = Partitions.of(consumer, List.of(topic));
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, LOOKUP);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LOOKUP);
    long share = learnFromLast / partitions.size();
    for (TopicPartition partition : partitions) {
      long begin = begins.get(partition);
      long tail = Math.max(begin, ends.get(partition) - share);
      consumer.seek(partition, Math.max(begin, positions.getOrDefault(partition, tail)));
    }
  }

  /** Reads what there is, waiting for at most half a second. */
  @Override
  public void turn(Consumer<byte[], byte[]> consumer) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      observe(record);
      positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
  }

  private void observe(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() != null) {
      RecordFaults.guard(
          () -> learn(deserializer.deserialize(record.topic(), record.value())),
          fault -> skip(record, fault));
    }
  }

  private void learn(RequestStatus status) {
    if (hasEnded(status.getState())) {
      admitted.ended(status.getTenant(), status.getId(), clock.instant());
    }
    if (status.getState() == RequestState.SUCCEEDED) {
      status
          .getUsage()
          .ifPresent(
              usage -> {
                predictor.observe(
                    status.getTenant(), status.getModel(), usage.getCompletionTokens());
                observed.increment();
              });
    }
  }

  private void skip(ConsumerRecord<byte[], byte[]> record, Throwable fault) {
    failures.increment();
    LOG.warn(
        "Skipped {}-{}@{}: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        Printable.of(fault.toString(), LONGEST_REASON));
  }

  private static boolean hasEnded(RequestState state) {
    return switch (state) {
      case ACCEPTED, WAITING, LEASED -> false;
      case SUCCEEDED, FAILED, EXPIRED, CANCELLED -> true;
    };
  }
}
