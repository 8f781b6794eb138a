package io.penstock.compose.bench.load;

import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads after a round, so that it costs the round nothing, what only the workers' outcomes tell:
 * when a worker had a lease in hand. This class is not thread-safe.
 */
public final class OutcomeReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KafkaConsumer<String, AttemptOutcome> consumer;
  private final List<TopicPartition> partitions;

  public OutcomeReader(ClusterConnection connection, String topic) {
    consumer =
        new KafkaConsumer<>(
            connection.with(Map.of("enable.auto.commit", false)),
            new StringDeserializer(),
            new AvroSerdes(connection).deserializer(AttemptOutcome.class));
    partitions = Partitions.of(consumer, List.of(topic));
    consumer.assign(partitions);
    Partitions.skip(consumer, partitions);
  }

  /** An open loop of this load, with the times in its log at which leases were in hand. */
  public RequestLog openLoop(PenstockLoad load, double perSecond, Duration time)
      throws InterruptedException {
    Partitions.skip(consumer, partitions);
    RequestLog log = load.openLoop(perSecond, time, PATIENCE);
    forEach(
        outcome ->
            log.number(outcome.getRequestId())
                .ifPresent(
                    number ->
                        log.at(number, Moment.LEASED, EpochMicros.of(outcome.getReceivedAt()))));
    return log;
  }

  /** Hands on the outcomes since the last call. */
  public void forEach(Consumer<AttemptOutcome> action) {
    Map<TopicPartition, Long> ends = Partitions.ends(consumer, partitions);
    while (!Partitions.reached(consumer, ends)) {
      for (ConsumerRecord<String, AttemptOutcome> taken : consumer.poll(POLL)) {
        action.accept(taken.value());
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
