package io.penstock.compose.node;

/**
 * Health and metrics.
 *
 * @param port on 127.0.0.1, 1 to 65535, or 0 for a free one
 */
public record OperationsSettings(int port) {

  public OperationsSettings {
    NodePorts.require("operations.port", port);
  }
}
