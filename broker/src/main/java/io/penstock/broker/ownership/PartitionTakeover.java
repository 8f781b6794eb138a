package io.penstock.broker.ownership;

import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.schemas.FrontEntry;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.reading.TableReader;
import io.penstock.schemas.serde.AvroSerdes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a partition over: fences the predecessor off, reads what it left, and writes that a new
 * epoch begins.
 */
final class PartitionTakeover {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionTakeover.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A partition that was taken over. */
  record Opened(KafkaStateWriter writer, Collection<StateEntry> entries) {}

  private final HomeTopics homes;
  private final AvroSerdes serdes;
  private final InstantSource clock;

  PartitionTakeover(HomeTopics homes, AvroSerdes serdes, InstantSource clock) {
    this.homes = homes;
    this.serdes = serdes;
    this.clock = clock;
  }

  /**
   * Takes over. Blocks.
   *
   * @param failed runs when the writer can write no longer
   * @throws RuntimeException if Kafka or the registry does not answer; try again
   */
  Opened open(int partition, Runnable failed) {
    TopicPartition front = homes.front(partition);
    Producer<String, @Nullable FrontEntry> producer = producer(partition);
    KafkaStateWriter writer = new KafkaStateWriter(front, producer, clock, failed);
    try {
      producer.initTransactions();
      Map<String, StateEntry> entries = read(front);
      StateEntry before = entries.remove(OwnerEpoch.key(partition));
      long epoch = OwnerEpoch.next(before, clock.instant());
      writer.begin(epoch);
      writer.write(List.of(new StateChange.Put(OwnerEpoch.entry(partition, epoch)))).join();
      return new Opened(writer, List.copyOf(entries.values()));
    } catch (RuntimeException cannot) {
      writer.close();
      throw cannot;
    }
  }

  private Map<String, StateEntry> read(TopicPartition front) {
    Map<String, StateEntry> entries = new LinkedHashMap<>();
    TableReader reader =
        new TableReader(
            List.of(
                new FollowedTopic<>(
                    front.topic(),
                    serdes.deserializer(FrontEntry.class),
                    (key, entry) -> {
                      if (entry == null) {
                        entries.remove(key);
                      } else {
                        entries.put(key, entry(entry));
                      }
                    },
                    (key, why) -> {
                      LOG.warn("Ignoring the entry {} of {}: {}", key, front, why);
                      if (key.equals(OwnerEpoch.key(front.partition()))) {
                        entries.put(key, OwnerEpoch.damaged(front.partition()));
                      }
                    })));
    try (Consumer<String, byte[]> consumer =
        CommittedReads.consumer(
            homes.connection(),
            "penstock-front-opening-" + front.partition(),
            new StringDeserializer(),
            Map.of("auto.offset.reset", "earliest"))) {
      consumer.assign(List.of(front));
      reader.rewind(consumer, List.of(front));
      reader.readToEnd(consumer, List.of(front), PATIENCE);
    }
    return entries;
  }

  private static StateEntry entry(FrontEntry entry) {
    ByteBuffer document = entry.getDocument().duplicate();
    byte[] bytes = new byte[document.remaining()];
    document.get(bytes);
    return new StateEntry(entry.getKind(), entry.getId(), bytes);
  }

  private Producer<String, @Nullable FrontEntry> producer(int partition) {
    return new KafkaProducer<>(
        homes
            .connection()
            .with(
                Map.of(
                    "client.id", homes.transactionalId(partition),
                    "transactional.id", homes.transactionalId(partition),
                    "transaction.timeout.ms", 10_000,
                    "delivery.timeout.ms", 10_000,
                    "request.timeout.ms", 5_000,
                    "linger.ms", 0,
                    "max.block.ms", 10_000)),
        new StringSerializer(),
        serdes.serializer(FrontEntry.class));
  }
}
