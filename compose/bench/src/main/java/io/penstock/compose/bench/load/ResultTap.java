package io.penstock.compose.bench.load;

import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the results topic, committed records only, from now on, on a thread of its own. Records
 * that only repeat a result are left out.
 */
public final class ResultTap implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<String, InferenceResult> consumer;
  private final Thread thread;
  private volatile Sink sink = (result, micros) -> {};
  private volatile boolean closing;

  /** Told of each result, on the reading thread. */
  @FunctionalInterface
  public interface Sink {

    void result(InferenceResult result, long visibleMicros);
  }

  public ResultTap(ClusterConnection connection, String topic) {
    consumer =
        new KafkaConsumer<>(
            connection.with(
                Map.of("isolation.level", "read_committed", "enable.auto.commit", false)),
            new StringDeserializer(),
            new AvroSerdes(connection).deserializer(InferenceResult.class));
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread = Thread.ofPlatform().name("bench-results").daemon().start(this::run);
  }

  /** From now on this is told. */
  public void tell(Sink told) {
    sink = told;
  }

  /** From now on results go into this log. */
  public void record(RequestLog log) {
    tell((result, visible) -> enter(log, result, visible));
  }

  private static void enter(RequestLog log, InferenceResult result, long visibleMicros) {
    log.number(result.getId())
        .ifPresent(
            number -> {
              boolean success = result.getStatus() == TerminalStatus.SUCCEEDED;
              if (log.result(number, success, visibleMicros)) {
                result
                    .getStartedAt()
                    .ifPresent(at -> log.at(number, Moment.STARTED, EpochMicros.of(at)));
                result
                    .getEngineFinishedAt()
                    .ifPresent(at -> log.at(number, Moment.FINISHED, EpochMicros.of(at)));
              }
            });
  }

  private void run() {
    try (consumer) {
      while (!closing) {
        for (ConsumerRecord<String, InferenceResult> taken : consumer.poll(POLL)) {
          if (taken.value().getRepetition().isEmpty()) {
            sink.result(taken.value(), EpochMicros.now());
          }
        }
      }
    } catch (WakeupException _) {
      // Closing.
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
