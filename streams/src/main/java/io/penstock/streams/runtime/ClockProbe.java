package io.penstock.streams.runtime;

import io.penstock.schemas.cluster.ClusterConnection;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka what time it is before a job has written anything: by a removal of a key that nobody
 * has, on a compacted topic.
 */
public final class ClockProbe {

  private static final Logger LOG = LoggerFactory.getLogger(ClockProbe.class);
  private static final String KEY = "clock";
  private static final int PATIENCE_SECONDS = 5;

  private ClockProbe() {}

  /**
   * Sets a clock. Where Kafka does not answer, the clock stays as it is.
   *
   * @param topic a compacted one of ours
   */
  public static void set(LogClock clock, ClusterConnection connection, String topic) {
    Map<String, Object> settings =
        connection.with(
            Map.of(
                "client.id",
                "penstock-clock",
                "max.block.ms",
                TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS),
                "linger.ms",
                0,
                // These limits keep close() from waiting longer than the answer is worth.
                "request.timeout.ms",
                (int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS),
                "delivery.timeout.ms",
                (int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)));
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      // The first one also looks up the partition's leader; the second is quick.
      for (int i = 0; i < 2; i++) {
        clock.acknowledged(
            producer
                .send(new ProducerRecord<>(topic, KEY, null))
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .timestamp());
      }
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.warn("Kafka did not report its time; Penstock uses this host's clock until it does", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
