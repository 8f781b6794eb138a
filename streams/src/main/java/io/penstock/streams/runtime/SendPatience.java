package io.penstock.streams.runtime;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Limits how long a job tries to send. Under exactly-once Kafka Streams tries for ever by default.
 * After these times the transaction is aborted instead and done again, see {@link SendFailures}.
 * The end of a transaction may take longer, see {@link PatientProducer}.
 */
public final class SendPatience {

  private SendPatience() {}

  /** Producer settings, without a prefix. */
  public static Map<String, Object> settings() {
    return Map.of(
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        5_000L,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        5_000,
        // Longer than Kafka takes to notice that a broker is lost and to elect others.
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        Math.toIntExact(PatientProducer.PATIENCE.toMillis()));
  }
}
