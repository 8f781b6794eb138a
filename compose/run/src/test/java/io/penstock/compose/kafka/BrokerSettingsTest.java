package io.penstock.compose.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kafka.server.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerSettingsTest {

  private static final int MIB = 1024 * 1024;
  private static final Path FOLDER = Path.of("/data");
  private static final String ID = KafkaQuorum.newClusterId();
  private static final Duration SESSION = Duration.ofMillis(4_500);

  private static KafkaQuorum quorum(int node, Integer... ports) {
    return new KafkaQuorum(ID, node, List.of(ports), SESSION);
  }

  private static Map<String, String> settings(Optional<KafkaQuorum> quorum) {
    return BrokerSettings.of(new EmbeddedKafkaConfig(FOLDER, 9092, 2 * MIB, quorum), 9092, 9102);
  }

  @Test
  void aBrokerAloneVotesForItselfAndKeepsOneCopy() {
    Map<String, String> alone = settings(Optional.empty());
    assertThat(alone)
        .containsEntry("node.id", "1")
        .containsEntry("process.roles", "broker,controller")
        .containsEntry("controller.quorum.voters", "1@127.0.0.1:9102")
        .containsEntry("listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9102")
        .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:9092")
        .containsEntry("offsets.topic.replication.factor", "1")
        .containsEntry("transaction.state.log.replication.factor", "1")
        .containsEntry("share.coordinator.state.topic.replication.factor", "1")
        .containsEntry("transaction.state.log.min.isr", "1")
        .containsEntry("share.coordinator.state.topic.min.isr", "1")
        .doesNotContainKeys(
            "default.replication.factor",
            "min.insync.replicas",
            "broker.session.timeout.ms",
            "broker.heartbeat.interval.ms");
    assertThat(alone).containsEntry("offsets.retention.minutes", "2628000").hasSize(35);
  }

  @Test
  void aNodeOfThreeKnowsAllVotersAndKeepsThreeCopies() {
    Map<String, String> second = settings(Optional.of(quorum(2, 9101, 9102, 9103)));
    assertThat(second)
        .containsEntry("node.id", "2")
        .containsEntry(
            "controller.quorum.voters", "1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103")
        .containsEntry("offsets.topic.replication.factor", "3")
        .containsEntry("transaction.state.log.replication.factor", "3")
        .containsEntry("share.coordinator.state.topic.replication.factor", "3")
        .containsEntry("default.replication.factor", "3")
        .containsEntry("transaction.state.log.min.isr", "2")
        .containsEntry("share.coordinator.state.topic.min.isr", "2")
        .containsEntry("min.insync.replicas", "2")
        .containsEntry("broker.session.timeout.ms", "4500")
        .containsEntry("broker.heartbeat.interval.ms", "1000");
  }

  @Test
  void kafkaTakesTheSettingsOfEachNode() {
    for (int node = 1; node <= 3; node++) {
      KafkaConfig kafka =
          new KafkaConfig(settings(Optional.of(quorum(node, 9101, 9102, 9103))), false);
      assertThat(kafka.nodeId()).isEqualTo(node);
      assertThat(kafka.quorumConfig().voters()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 9101,9102           | controllerPorts",
        "1 | 9101,9102,9103,9104 | controllerPorts",
        "1 | 9101,9102,9102      | controllerPorts",
        "1 | 9101,9102,0         | controllerPorts",
        "0 | 9101,9102,9103      | node",
        "4 | 9101,9102,9103      | node"
      })
  void aQuorumThatCannotBeIsRefusedAndTheFieldNamed(int node, String ports, String field) {
    Integer[] numbers =
        List.of(ports.split(",", -1)).stream().map(Integer::valueOf).toArray(Integer[]::new);
    assertThatThrownBy(() -> quorum(node, numbers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " ");
  }

  @Test
  void aClusterIdOfAnotherFormIsRefused() {
    List<Integer> ports = List.of(9101, 9102, 9103);
    assertThatThrownBy(() -> new KafkaQuorum("my cluster", 1, ports, SESSION))
        .hasMessageStartingWith("clusterId is 'my cluster'");
  }

  @ParameterizedTest
  @CsvSource({"PT0.9S", "PT61S"})
  void aSessionTooShortOrTooLongIsRefused(Duration session) {
    List<Integer> ports = List.of(9101, 9102, 9103);
    assertThatThrownBy(() -> new KafkaQuorum(ID, 1, ports, session))
        .hasMessageStartingWith("sessionTimeout is ");
  }

  @Test
  void aClientPortThatAControllerHasIsRefused() {
    Optional<KafkaQuorum> quorum = Optional.of(quorum(1, 9101, 9102, 9103));
    assertThatThrownBy(() -> new EmbeddedKafkaConfig(FOLDER, 9102, MIB, quorum))
        .hasMessageStartingWith("Kafka's port is 9102");
  }
}
