package io.penstock.compose.node;

import io.penstock.compose.kafka.LoopbackPorts;

/**
 * Health and metrics.
 *
 * @param host the address to listen on; whoever reaches it can read the names of models, topics and
 *     workers, and how busy they are, so keep it off public networks
 * @param port 1 to 65535, or 0 for a free one
 */
public record OperationsSettings(String host, int port) {

  public OperationsSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "operations.host is empty; give an address such as 127.0.0.1, or 0.0.0.0 for all");
    }
    NodePorts.require("operations.port", port);
  }

  /** On this machine only. */
  public static OperationsSettings onLoopback(int port) {
    return new OperationsSettings(LoopbackPorts.HOST, port);
  }
}
