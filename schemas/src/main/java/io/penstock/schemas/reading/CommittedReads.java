package io.penstock.schemas.reading;

import io.penstock.schemas.cluster.ClusterConnection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Makes consumers that read committed records only, belong to no group and create no topic. Values
 * are bytes, so that a record that cannot be decoded fails in its reader and never in the poll.
 */
public final class CommittedReads {

  private CommittedReads() {}

  /**
   * A consumer for the calling thread.
   *
   * @param special settings of this one, over those above
   */
  public static <K> Consumer<K, byte[]> consumer(
      ClusterConnection connection,
      String clientId,
      Deserializer<K> keys,
      Map<String, Object> special) {
    Map<String, Object> own = new HashMap<>(special);
    own.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    return consumer(connection, keys, own);
  }

  /**
   * A consumer for the calling thread whose client id Kafka makes up. Use it where one process may
   * have several consumers of the kind: two of one client id would share their metrics.
   *
   * @param special settings of this one, over those above
   */
  public static <K> Consumer<K, byte[]> consumer(
      ClusterConnection connection, Deserializer<K> keys, Map<String, Object> special) {
    Map<String, Object> own = new HashMap<>();
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    own.putAll(special);
    return new KafkaConsumer<>(connection.with(own), keys, new ByteArrayDeserializer());
  }
}
