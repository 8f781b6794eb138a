package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.FolderInUseException;
import io.penstock.compose.kafka.FolderLock;
import io.penstock.compose.kafka.LoopbackPorts;
import io.penstock.compose.kafka.PortInUseException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {

  private static final int MAX_MESSAGE_BYTES = 9 * 1024 * 1024;
  private static final TopicPartition TOPIC = new TopicPartition("kept", 0);

  @TempDir Path folder;

  @Test
  void keepsItsRecordsAndClusterIdOverARestart() throws Exception {
    String clusterId;
    try (EmbeddedKafka kafka = broker(0)) {
      kafka.start();
      clusterId = createTopic(kafka.bootstrapServers());
      produce(kafka.bootstrapServers(), "first");
    }
    try (EmbeddedKafka again = broker(0)) {
      again.start();
      produce(again.bootstrapServers(), "second");
      assertThat(clusterIdOf(again.bootstrapServers())).isEqualTo(clusterId);
      assertThat(values(again.bootstrapServers(), 2)).containsExactly("first", "second");
    }
  }

  @Test
  void refusesAFolderThatAnotherHoldsAndNamesIt() {
    try (EmbeddedKafka _ = broker(0)) {
      assertThatThrownBy(() -> broker(0))
          .isInstanceOf(FolderInUseException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("--data");
    }
  }

  @Test
  void refusesATakenPortNamesItAndFreesTheFolder() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral(LoopbackPorts.HOST))) {
      assertThatThrownBy(() -> broker(taken.getLocalPort()))
          .isInstanceOf(PortInUseException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()))
          .hasMessageContaining("--kafka-port");
      FolderLock.acquire(folder).close();
    }
  }

  @Test
  void stopsWithinThreeSeconds() {
    EmbeddedKafka kafka = broker(0);
    kafka.start();
    long begin = System.nanoTime();
    kafka.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
  }

  private EmbeddedKafka broker(int port) {
    return new EmbeddedKafka(new EmbeddedKafkaConfig(folder, port, MAX_MESSAGE_BYTES));
  }

  private static String createTopic(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(List.of(new NewTopic(TOPIC.topic(), Optional.of(1), Optional.empty())))
          .all()
          .get();
      return admin.describeCluster().clusterId().get();
    }
  }

  private static String clusterIdOf(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      return admin.describeCluster().clusterId().get();
    }
  }

  private static void produce(String bootstrapServers, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC.topic(), "key", value)).get();
    }
  }

  private static List<String> values(String bootstrapServers, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(TOPIC));
      consumer.seekToBeginning(List.of(TOPIC));
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (values.size() < count && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }
}
