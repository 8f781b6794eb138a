package io.penstock.compose.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {

  @Test
  void freePortsAreNoneThatClientsAreGiven() {
    assertThat(LoopbackPorts.free(6)).hasSize(6).allMatch(port -> port < 32_768);
  }

  @Test
  void aPortIsNotGivenAgainBeforeItsServerHasBoundIt() {
    List<Integer> ports = new ArrayList<>(LoopbackPorts.free(6));
    ports.addAll(LoopbackPorts.free(6));
    ports.add(LoopbackPorts.choose(0, "--port"));
    assertThat(ports).doesNotHaveDuplicates();
  }
}
