package io.penstock.schemas.registry;

import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The models and routing topics in memory, with Kafka's own mock clients over them. */
public final class InMemoryRegistry {

  private static final List<String> TOPICS =
      List.of(TopicNames.DEFAULT.models(), TopicNames.DEFAULT.routing());

  private final Map<String, List<ConsumerRecord<String, byte[]>>> topics = new HashMap<>();
  private final AvroSerdes serdes;
  private int toFence;

  public InMemoryRegistry(String registryUrl) {
    this.serdes = new AvroSerdes(registryUrl);
    TOPICS.forEach(topic -> topics.put(topic, new ArrayList<>()));
  }

  public RegistryLog log() {
    return new RegistryLog(serdes, this::consumer, this::producer);
  }

  /** Records written so far. */
  public int written() {
    return topics.values().stream().mapToInt(List::size).sum();
  }

  /** All changes from now on meet another one. */
  public void fence() {
    toFence = Integer.MAX_VALUE;
  }

  /** So many changes from now on meet another one. */
  public void fence(int changes) {
    toFence = changes;
  }

  public void append(String topic, @Nullable String key, byte @Nullable [] value) {
    List<ConsumerRecord<String, byte[]>> log = topics.get(topic);
    log.add(new ConsumerRecord<>(topic, 0, log.size(), key, value));
  }

  private Consumer<String, byte[]> consumer() {
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    topics.forEach(
        (topic, log) -> {
          TopicPartition partition = new TopicPartition(topic, 0);
          consumer.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, null, null, null)));
          consumer.updateBeginningOffsets(Map.of(partition, 0L));
          consumer.updateEndOffsets(Map.of(partition, (long) log.size()));
        });
    consumer.schedulePollTask(
        () ->
            consumer
                .assignment()
                .forEach(
                    partition ->
                        List.copyOf(topics.get(partition.topic())).forEach(consumer::addRecord)));
    return consumer;
  }

  /** A producer whose committed records reach the topics. */
  private Producer<String, byte @Nullable []> producer() {
    return new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()) {
      @Override
      public void initTransactions() {
        super.initTransactions();
        if (toFence > 0) {
          toFence--;
          fenceProducer();
        }
      }

      @Override
      public void commitTransaction() {
        super.commitTransaction();
        for (ProducerRecord<String, byte[]> each : history()) {
          append(each.topic(), each.key(), each.value());
        }
        clear();
      }
    };
  }
}
