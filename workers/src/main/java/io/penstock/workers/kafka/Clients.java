package io.penstock.workers.kafka;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.TopicFollower;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Makes a worker's Kafka clients. They exchange values as bytes, so that a record that cannot be
 * decoded fails in the reader and never in the poll.
 */
public record Clients(ClusterConnection cluster, TopicSettings topics, String workerId) {

  /** Room for what a record carries besides bodies. The catalog of topics allows the same. */
  private static final int HEADROOM_BYTES = 1024 * 1024;

  /** A random read fetches at most this much, unless one record is larger. */
  private static final int PAYLOAD_FETCH_BYTES = 256 * 1024;

  /**
   * A consumer reads ahead with one fetch a broker at a time: a fetch that waits at the end of one
   * partition holds back the fetch of another. The records that a worker reads exist already, so no
   * fetch needs to wait.
   */
  private static final int PAYLOAD_FETCH_WAIT_MILLIS = 1;

  private static final int MAX_BLOCK_MILLIS = 1_000;
  private static final int REQUEST_TIMEOUT_MILLIS = 5_000;

  public Consumer<String, byte[]> leases() {
    return consumer("leases", Map.of());
  }

  public Consumer<String, byte[]> models() {
    return TopicFollower.consumers(cluster, clientId("models")).get();
  }

  public Consumer<String, byte[]> payloads() {
    return consumer(
        "payloads",
        Map.of(
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            PAYLOAD_FETCH_BYTES,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            PAYLOAD_FETCH_WAIT_MILLIS,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            64));
  }

  /**
   * The producer tries without a time limit: an outcome survives any outage that its session
   * survives.
   */
  public Producer<String, byte[]> producer() {
    Map<String, Object> own = new HashMap<>();
    own.put(ProducerConfig.CLIENT_ID_CONFIG, clientId("producer"));
    own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    own.put(ProducerConfig.ACKS_CONFIG, "all");
    own.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    own.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    own.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
    own.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    own.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxRecordBytes());
    own.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L << 20, 2L * maxRecordBytes()));
    return new KafkaProducer<>(
        cluster.with(own), new StringSerializer(), new ByteArraySerializer());
  }

  /**
   * The producer of chunks waits for one broker only and gives up soon: a late chunk is of no use.
   * One request at a time keeps the order.
   *
   * @param linger how long a chunk may wait for others to travel with
   */
  public Producer<String, byte[]> chunks(Duration linger) {
    Map<String, Object> own = new HashMap<>();
    own.put(ProducerConfig.CLIENT_ID_CONFIG, clientId("chunks"));
    own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    own.put(ProducerConfig.ACKS_CONFIG, "1");
    own.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    own.put(ProducerConfig.LINGER_MS_CONFIG, linger.toMillis());
    own.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    own.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
    own.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * REQUEST_TIMEOUT_MILLIS);
    own.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, topics.maxRequestBytes() + HEADROOM_BYTES);
    own.put(ProducerConfig.BUFFER_MEMORY_CONFIG, chunkBufferBytes());
    return new KafkaProducer<>(
        cluster.with(own), new StringSerializer(), new ByteArraySerializer());
  }

  /** The most bytes of chunks that wait to be written. */
  public long chunkBufferBytes() {
    return Math.max(16L << 20, 2L * (topics.maxRequestBytes() + HEADROOM_BYTES));
  }

  /** An outcome that dead-letters a request carries an answer's worth and the request. */
  private int maxRecordBytes() {
    return 2 * topics.maxRequestBytes() + HEADROOM_BYTES;
  }

  private Consumer<String, byte[]> consumer(String role, Map<String, Object> special) {
    Map<String, Object> own = new HashMap<>(special);
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return CommittedReads.consumer(cluster, clientId(role), new StringDeserializer(), own);
  }

  private String clientId(String role) {
    return "penstock-worker-%s-%s".formatted(workerId, role);
  }
}
