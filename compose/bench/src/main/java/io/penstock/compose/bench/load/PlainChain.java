package io.penstock.compose.bench.load;

import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Measures what Kafka alone takes for the same way: topics of one partition, one after the other,
 * and between them threads that hand each record on as it is. No transactions, no state; acks=all,
 * as in Penstock's own producers, and nothing lingers.
 */
public final class PlainChain implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final List<String> topics;
  private final KafkaProducer<String, byte[]> producer;
  private final List<KafkaConsumer<String, byte[]>> consumers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile Arrival arrival = (hop, id, micros) -> {};
  private volatile boolean closing;

  /** Receives records as consumers get them. */
  @FunctionalInterface
  public interface Arrival {

    /**
     * A record came, on the thread of its hop.
     *
     * @param hop from 1; the last one is the end of the chain
     * @param epochMicros when the consumer had it
     */
    void arrived(int hop, String id, long epochMicros);
  }

  private PlainChain(ClusterConnection connection, List<String> topics) {
    this.topics = topics;
    this.producer = producer(connection);
    for (int hop = 1; hop <= topics.size(); hop++) {
      KafkaConsumer<String, byte[]> consumer = consumer(connection, topics.get(hop - 1));
      consumers.add(consumer);
      int number = hop;
      KafkaProducer<String, byte[]> next = hop == topics.size() ? null : producer(connection);
      threads.add(
          Thread.ofPlatform()
              .name("bench-plain-" + hop)
              .daemon()
              .start(
                  () -> {
                    try (consumer;
                        next) {
                      relay(number, consumer, next);
                    } catch (WakeupException _) {
                      // Closing.
                    }
                  }));
    }
  }

  /** Makes the topics and starts the threads. */
  public static PlainChain start(ClusterConnection connection, int hops)
      throws InterruptedException {
    List<String> topics =
        IntStream.rangeClosed(1, hops).mapToObj(hop -> "bench.plain." + hop).toList();
    try (Admin admin = Admin.create(connection.with(Map.of()))) {
      admin
          .createTopics(topics.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot make the plain topics: " + e.getCause(), e);
    }
    return new PlainChain(connection, topics);
  }

  private static KafkaProducer<String, byte[]> producer(ClusterConnection connection) {
    return new KafkaProducer<>(
        connection.with(Map.of("acks", "all", "linger.ms", 0)),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  private static KafkaConsumer<String, byte[]> consumer(
      ClusterConnection connection, String topic) {
    KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            connection.with(Map.of("enable.auto.commit", false)),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    return consumer;
  }

  private void relay(
      int hop, KafkaConsumer<String, byte[]> consumer, KafkaProducer<String, byte[]> next) {
    while (!closing) {
      for (ConsumerRecord<String, byte[]> taken : consumer.poll(POLL)) {
        arrival.arrived(hop, taken.key(), EpochMicros.now());
        if (next != null) {
          var _ = next.send(new ProducerRecord<>(topics.get(hop), taken.key(), taken.value()));
        }
      }
    }
  }

  /** From now on this is told. */
  public void tell(Arrival told) {
    arrival = told;
  }

  /** Sends a record into the first topic. */
  public void send(String id, byte[] value) {
    var _ = producer.send(new ProducerRecord<>(topics.getFirst(), id, value));
  }

  @Override
  public void close() {
    closing = true;
    consumers.forEach(KafkaConsumer::wakeup);
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(5));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofSeconds(2));
  }
}
