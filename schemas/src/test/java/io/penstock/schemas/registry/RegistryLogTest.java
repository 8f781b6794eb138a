package io.penstock.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class RegistryLogTest {

  /** Otherwise a change would be decided on a part of what there is. */
  @Test
  void aFaultOfTheReaderEndsTheReadingAndAMalformedRecordDoesNot() {
    AvroSerdes serdes = new AvroSerdes(new ClusterConnection("none:1", "mock://registry-log"));
    byte[] entry =
        serdes
            .serializer(RoutingEntry.class)
            .serialize(
                "routing",
                RoutingEntry.newBuilder()
                    .setKind("tenant")
                    .setName("acme")
                    .setVersion(1)
                    .setDocument("{}")
                    .setChangedAt(Instant.EPOCH)
                    .build());
    RegistryLog log =
        new RegistryLog(
            serdes,
            () -> consumer(new byte[] {1}, entry),
            () -> {
              throw new AssertionError("nothing is written");
            });
    List<String> heard = new ArrayList<>();

    log.read("routing", RoutingEntry.class, (key, value) -> heard.add(key));
    assertThat(heard).containsExactly("1");
    assertThatThrownBy(
            () ->
                log.read(
                    "routing",
                    RoutingEntry.class,
                    (key, value) -> {
                      throw new IllegalStateException("a fault of ours");
                    }))
        .hasMessage("a fault of ours");
  }

  /** Holds these values; their keys are their offsets. */
  private static MockConsumer<String, byte[]> consumer(byte[]... values) {
    TopicPartition partition = new TopicPartition("routing", 0);
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updatePartitions(
        "routing", List.of(new PartitionInfo("routing", 0, null, null, null)));
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.updateEndOffsets(Map.of(partition, (long) values.length));
    consumer.schedulePollTask(
        () -> {
          for (int each = 0; each < values.length; each++) {
            consumer.addRecord(
                new ConsumerRecord<>("routing", 0, each, Integer.toString(each), values[each]));
          }
        });
    return consumer;
  }

  @Test
  void aFenceIsKnownAlsoWhereItIsOnlyTheCause() {
    MockProducer<String, byte[]> producer =
        new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    producer.commitTransactionException =
        new KafkaException("in error state", new ProducerFencedException("fenced off"));
    RegistryLog log =
        new RegistryLog(
            new AvroSerdes(new ClusterConnection("none:1", "mock://registry-log")),
            () -> {
              throw new AssertionError("nothing is read");
            },
            () -> producer);
    assertThatThrownBy(
            () ->
                log.change(
                    changes -> {
                      changes.put("models", "m", null);
                      return "done";
                    }))
        .isInstanceOf(ConcurrentRegistryChangeException.class);
  }
}
