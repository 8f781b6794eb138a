package io.penstock.compose.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {

  @Test
  void lastingPortsDifferAndAreNoneThatClientsAreGiven() {
    List<Integer> ports = LoopbackPorts.lasting(6);
    assertThat(ports).hasSize(6).doesNotHaveDuplicates().allMatch(port -> port < 32_768);
  }
}
