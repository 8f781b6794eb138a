package io.penstock.compose.node;

/** Checks port numbers. */
final class NodePorts {

  private static final int MOST = 65_535;

  private NodePorts() {}

  static void require(String key, int port) {
    if (port < 0 || port > MOST) {
      throw new IllegalArgumentException(
          "%s is %d; it must be from 1 to %d, or 0 for a free one".formatted(key, port, MOST));
    }
  }
}
