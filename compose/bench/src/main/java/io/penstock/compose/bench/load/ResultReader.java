package io.penstock.compose.bench.load;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the results topic, committed records only, from now on. Leaves out records that only repeat
 * a result. For one thread, but for {@link #wakeUp}.
 */
public final class ResultReader implements AutoCloseable {

  private final String topic;
  private final Consumer<String, byte[]> consumer;
  private final Deserializer<InferenceResult> results;

  public ResultReader(ClusterConnection connection, String topic) {
    this.topic = topic;
    consumer = CommittedReads.consumer(connection, new StringDeserializer(), Map.of());
    results = new AvroSerdes(connection).deserializer(InferenceResult.class);
    Partitions.assignFromNowOn(consumer, topic);
  }

  /** Hands on what is there, or what comes first within this time. */
  public void poll(Duration atMost, java.util.function.Consumer<InferenceResult> action) {
    for (ConsumerRecord<String, byte[]> taken : consumer.poll(atMost)) {
      InferenceResult result = results.deserialize(topic, taken.value());
      if (result.getRepetition().isEmpty()) {
        action.accept(result);
      }
    }
  }

  /** Makes a poll of another thread end with a {@code WakeupException}. */
  void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
