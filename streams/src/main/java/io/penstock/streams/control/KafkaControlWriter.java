package io.penstock.streams.control;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Writes with a transactional producer whose id all writers of the routing topic share: whoever
 * opens last has the right to write, and has seen what was written before.
 */
final class KafkaControlWriter implements ControlWriter {

  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final TopicNames names;
  private final Producer<String, @Nullable SpecificRecord> producer;

  /**
   * Shuts out earlier writers.
   *
   * @param producer transactional; becomes this writer's own
   */
  KafkaControlWriter(TopicNames names, Producer<String, @Nullable SpecificRecord> producer) {
    this.names = names;
    this.producer = producer;
    try {
      producer.initTransactions();
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  @Override
  public void write(Map<String, @Nullable RoutingEntry> entries, List<InferenceRequest> requests) {
    try {
      producer.beginTransaction();
      entries.forEach(
          (key, entry) -> {
            var _ = producer.send(new ProducerRecord<>(names.routing(), 0, key, entry));
          });
      for (InferenceRequest request : requests) {
        var _ =
            producer.send(
                new ProducerRecord<>(names.requests(ServiceClass.BATCH), request.getId(), request));
      }
      producer.commitTransaction();
    } catch (KafkaException failed) {
      if (overtaken(failed)) {
        throw new Overtaken(failed);
      }
      producer.abortTransaction();
      throw failed;
    }
  }

  /** A producer that met the fence while it sent says so in a cause only. */
  private static boolean overtaken(Throwable failed) {
    for (Throwable each = failed; each != null; each = each.getCause()) {
      if (each instanceof ProducerFencedException
          || each instanceof InvalidProducerEpochException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    producer.close(CLOSING);
  }
}
