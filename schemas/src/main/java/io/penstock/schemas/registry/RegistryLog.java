package io.penstock.schemas.registry;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.reading.TableReader;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Penstock's registries, compacted topics of one partition, read whole and changed in transactions.
 * All changes of models and routing share one transactional id: of two at once, the first is fenced
 * off and told so, hence neither overwrites what it has not seen. Opens its clients for each call;
 * may be shared by threads.
 */
public final class RegistryLog {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryLog.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final AvroSerdes serdes;
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Supplier<Producer<String, byte @Nullable []>> producers;

  public RegistryLog(ClusterConnection connection, TopicSettings settings) {
    this(
        new AvroSerdes(connection),
        () ->
            CommittedReads.consumer(
                connection, "penstock-registry", new StringDeserializer(), Map.of()),
        () ->
            new KafkaProducer<>(
                connection.with(
                    Map.of(
                        "transactional.id",
                        settings.names().models() + ".publisher",
                        "transaction.timeout.ms",
                        10_000,
                        "max.block.ms",
                        TIMEOUT.toMillis())),
                new StringSerializer(),
                new ByteArraySerializer()));
  }

  /**
   * Makes a log with the given clients, for tests.
   *
   * @param consumers of committed records, from the earliest
   * @param producers transactional ones
   */
  public RegistryLog(
      AvroSerdes serdes,
      Supplier<Consumer<String, byte[]>> consumers,
      Supplier<Producer<String, byte @Nullable []>> producers) {
    this.serdes = serdes;
    this.consumers = consumers;
    this.producers = producers;
  }

  /**
   * Reads a topic to its present end. Records that cannot be decoded are logged and passed over.
   *
   * @param reader told each key with its value, null for a removal; what it throws is thrown on,
   *     since a change must not be decided on a part of the state
   * @throws TimeoutException if the end is not reached in time
   */
  public <T extends SpecificRecord> void read(
      String topic, Class<T> type, BiConsumer<String, @Nullable T> reader) {
    Deserializer<T> values = serdes.deserializer(type);
    List<Runnable> entries = new ArrayList<>();
    FollowedTopic<byte[]> followed =
        new FollowedTopic<>(
            topic,
            (name, bytes) -> bytes,
            (key, bytes) -> entries.add(() -> pass(topic, key, bytes, values, reader)),
            (key, why) -> ignore(topic, key, why));
    TableReader table = new TableReader(List.of(followed));
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      List<TopicPartition> partitions = table.partitions(consumer);
      consumer.assign(partitions);
      table.rewind(consumer, partitions);
      table.readToEnd(consumer, partitions, TIMEOUT);
    }
    entries.forEach(Runnable::run);
  }

  private static <T> void pass(
      String topic,
      String key,
      byte @Nullable [] bytes,
      Deserializer<T> values,
      BiConsumer<String, @Nullable T> reader) {
    T value;
    try {
      value = bytes == null ? null : values.deserialize(topic, bytes);
    } catch (MalformedRecordException e) {
      ignore(topic, key, e.getMessage());
      return;
    }
    reader.accept(key, value);
  }

  private static void ignore(String topic, String key, String why) {
    LOG.warn("Ignoring the entry {} of {}: {}", Printable.of(key), topic, Printable.of(why));
  }

  /**
   * Makes a change: shuts out earlier changes, lets the function look and decide, and writes what
   * it decided in one transaction, or nothing if it throws.
   *
   * @throws ConcurrentRegistryChangeException if another change came between; nothing is written
   */
  public <R> R change(Function<Changes, R> decide) {
    try (Producer<String, byte @Nullable []> producer = producers.get()) {
      producer.initTransactions();
      Changes changes = new Changes(serdes);
      R answer = decide.apply(changes);
      changes.write(producer);
      return answer;
    }
  }

  /** The records that a change writes, by topic and key; the last of a key counts. */
  public static final class Changes {

    private final Serializer<SpecificRecord> values;
    private final Map<String, Map<String, @Nullable SpecificRecord>> byTopic =
        new LinkedHashMap<>();

    private Changes(AvroSerdes serdes) {
      this.values = serdes.serializer(SpecificRecord.class);
    }

    /** Writes a value, or removes the key where it is null. */
    public void put(String topic, String key, @Nullable SpecificRecord value) {
      byTopic.computeIfAbsent(topic, each -> new LinkedHashMap<>()).put(key, value);
    }

    private void write(Producer<String, byte @Nullable []> producer) {
      List<ProducerRecord<String, byte @Nullable []>> records = new ArrayList<>();
      byTopic.forEach(
          (topic, changes) ->
              changes.forEach(
                  (key, value) ->
                      records.add(
                          new ProducerRecord<>(
                              topic,
                              0,
                              key,
                              value == null ? null : values.serialize(topic, value)))));
      if (records.isEmpty()) {
        return;
      }
      try {
        producer.beginTransaction();
        for (ProducerRecord<String, byte @Nullable []> record : records) {
          var _ = producer.send(record);
        }
        producer.commitTransaction();
      } catch (KafkaException failed) {
        if (isFenced(failed)) {
          throw new ConcurrentRegistryChangeException(failed);
        }
        producer.abortTransaction();
        throw failed;
      }
    }

    /** A producer that already knows it is fenced off wraps that in a plain exception. */
    private static boolean isFenced(KafkaException failed) {
      return Stream.<Throwable>iterate(failed, Objects::nonNull, Throwable::getCause)
          .anyMatch(
              each ->
                  each instanceof ProducerFencedException
                      || each instanceof InvalidProducerEpochException);
    }
  }
}
