package io.penstock.streams.score;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.spend.AdmittedCost;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
final class FinishedFeed implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FinishedFeed.class);
  private static final int LONGEST_REASON = 1000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSING = Duration.ofSeconds(2);
  private static final Duration LOOKUP = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Deserializer<RequestStatus> deserializer;
  private final OutputLengthPredictor predictor;
  private final AdmittedCost admitted;
  private final InstantSource clock;
  private final String topic;
  private final int learnFromLast;
  private final Counter observed;
  private final Counter failures;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);

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
    this.consumers = consumers;
    this.deserializer = deserializer;
    this.predictor = predictor;
    this.admitted = admitted;
    this.clock = clock;
    this.topic = topic;
    this.learnFromLast = learnFromLast;
    this.observed = metrics.counter("penstock.score.output.observed");
    this.failures = metrics.counter("penstock.score.output.feed.failures");
    this.thread = Thread.ofPlatform().name("penstock-score-finished").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Returns when the consumer is closed, or a little later than one read of it takes. */
  @Override
  public void close() {
    stopping.countDown();
    try {
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!stopped()) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        assign(consumer);
        while (!stopped()) {
          learn(consumer);
          pause = FIRST_PAUSE;
        }
      } catch (RuntimeException | Error e) {
        FatalErrors.throwIfFatal(e);
        if (stopped()) {
          return;
        }
        failures.increment();
        LOG.warn(
            "Output lengths are not being learned, next try in {}; predictions keep what is known",
            pause,
            e);
        if (!sleep(pause)) {
          return;
        }
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
      }
    }
  }

  /** Takes all partitions, each from where it stood, or from a share of the records at its end. */
  void assign(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, LOOKUP).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("topic " + topic + " is missing");
    }
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
  void learn(Consumer<byte[], byte[]> consumer) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      observe(record);
      positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
  }

  private void observe(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      RequestStatus status = deserializer.deserialize(record.topic(), record.value());
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
    } catch (RegistryUnavailableException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      failures.increment();
      LOG.warn(
          "Skipped {}-{}@{}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          Printable.of(e.toString(), LONGEST_REASON));
    }
  }

  private static boolean hasEnded(RequestState state) {
    return switch (state) {
      case ACCEPTED, WAITING, LEASED -> false;
      case SUCCEEDED, FAILED, EXPIRED, CANCELLED -> true;
    };
  }

  private boolean stopped() {
    return stopping.getCount() == 0;
  }

  /** Returns whether to go on after the pause. */
  private boolean sleep(Duration length) {
    try {
      return !stopping.await(length.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
