package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.RegistrySettings;
import java.nio.file.Path;
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
}
