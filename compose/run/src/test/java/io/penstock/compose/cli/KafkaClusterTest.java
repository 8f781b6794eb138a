package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.RegistrySettings;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KafkaClusterTest {

  @Test
  void thePasswordInARegistrysAddressIsNotShown() {
    NodeConfig node =
        NodeConfig.of(Path.of("data")).toBuilder()
            .registry(new RegistrySettings(Optional.of("http://me:hush@127.0.0.1:1"), 0, true))
            .build();
    assertThatThrownBy(() -> KafkaCluster.requireReachable(node))
        .hasMessageContaining("no schema registry answers at")
        .hasMessageNotContaining("hush");
  }

  @Test
  void partitionsAreCountedAndTheRestIsAsConfigured() {
    TopicSettings configured =
        new TopicSettings(
            new TopicNames("own."),
            4,
            2,
            (short) 3,
            Duration.ofDays(9),
            Duration.ofDays(5),
            32 * 1024 * 1024);
    assertThat(KafkaCluster.counted(configured, name -> name.equals("own.demand") ? 16 : 5))
        .isEqualTo(
            new TopicSettings(
                configured.names(),
                16,
                5,
                (short) 3,
                Duration.ofDays(9),
                Duration.ofDays(5),
                32 * 1024 * 1024));
  }
}
