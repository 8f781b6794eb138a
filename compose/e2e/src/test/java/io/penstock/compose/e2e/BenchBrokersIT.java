package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.rig.BenchBrokers;
import io.penstock.compose.bench.rig.BenchCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchBrokersIT {

  private static final String TOPIC = "kept";
  private static final short COPIES = 3;

  @TempDir Path folder;

  @Test
  void aRecordIsWrittenWithoutTheActiveControllerWhichCatchesUpOnceItIsBack() throws Exception {
    try (BenchBrokers brokers = new BenchBrokers(COPIES, Duration.ofSeconds(2))) {
      brokers.start(folder);
      Map<String, Object> servers = Map.of("bootstrap.servers", brokers.bootstrapServers());
      try (Admin admin = Admin.create(servers);
          KafkaProducer<String, String> producer =
              new KafkaProducer<>(servers, new StringSerializer(), new StringSerializer())) {
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, COPIES))).all().get();
        assertThat(producer.send(new ProducerRecord<>(TOPIC, "before")).get().offset()).isZero();
        int controller = admin.describeMetadataQuorum().quorumInfo().get().leaderId();

        brokers.kill(controller);

        assertThat(producer.send(new ProducerRecord<>(TOPIC, "after")).get().offset()).isOne();
        assertThat(partition(admin).isr()).hasSize(COPIES - 1);
        brokers.restart(controller);
        BenchCluster.await("the third copy", () -> inSync(admin) == COPIES);
      }
    }
  }

  private static int inSync(Admin admin) {
    try {
      return partition(admin).isr().size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static TopicPartitionInfo partition(Admin admin) throws Exception {
    return admin
        .describeTopics(List.of(TOPIC))
        .allTopicNames()
        .get()
        .get(TOPIC)
        .partitions()
        .getFirst();
  }
}
