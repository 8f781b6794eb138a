package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.streams.runtime.LostPositionsException;
import io.penstock.streams.runtime.StartPositions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PenstockFixture.class)
class LostPositionsIT {

  private static final String JOB = "lost-positions-job";
  private static final String SOURCE = "lost-positions-source";
  private static final String OTHER_SOURCE = "lost-positions-other-source";
  private static final String CHANGELOG = "lost-positions-job-memory-changelog";

  @Test
  void aJobThatHasWorkedRefusesToStartOnceItsPositionsAreGone(PenstockNode cluster)
      throws Exception {
    ClusterConnection connection = cluster.connection();
    Map<String, Object> settings = connection.with(Map.of());
    try (Admin admin = Admin.create(settings);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      StartPositions positions = new StartPositions(admin, () -> consumer(connection));
      create(admin, SOURCE, OTHER_SOURCE);
      send(producer, SOURCE, 1);
      assertThatCode(() -> require(positions)).as("it has never worked").doesNotThrowAnyException();

      create(admin, CHANGELOG);
      assertThatCode(() -> require(positions)).as("no state yet").doesNotThrowAnyException();
      send(producer, CHANGELOG, 0);
      assertThatCode(() -> require(positions)).as("nothing to read").doesNotThrowAnyException();

      send(producer, CHANGELOG, 1);
      admin
          .alterConsumerGroupOffsets(
              JOB, Map.of(new TopicPartition(OTHER_SOURCE, 1), new OffsetAndMetadata(0)))
          .all()
          .get();
      assertThatCode(() -> require(positions)).as("it has a position").doesNotThrowAnyException();

      admin.deleteConsumerGroups(List.of(JOB)).all().get();
      assertThatThrownBy(() -> require(positions))
          .isInstanceOf(LostPositionsException.class)
          .hasMessageContaining(JOB)
          .hasMessageContaining("[1]")
          .hasMessageContaining("--begin-anew");
      assertThatCode(
              () -> positions.require(JOB, List.of(SOURCE, OTHER_SOURCE), List.of("memory"), true))
          .as("an operator wants it")
          .doesNotThrowAnyException();
    }
  }

  private static void require(StartPositions positions) {
    positions.require(JOB, List.of(SOURCE, OTHER_SOURCE), List.of("memory"), false);
  }

  private static void create(Admin admin, String... names) throws Exception {
    for (String name : names) {
      admin.createTopics(List.of(new NewTopic(name, Optional.of(2), Optional.empty()))).all().get();
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String topic, int partition)
      throws Exception {
    producer.send(new ProducerRecord<>(topic, partition, new byte[] {1}, new byte[] {1})).get();
  }

  private static Consumer<byte[], byte[]> consumer(ClusterConnection connection) {
    return CommittedReads.consumer(connection, new ByteArrayDeserializer(), Map.of());
  }
}
