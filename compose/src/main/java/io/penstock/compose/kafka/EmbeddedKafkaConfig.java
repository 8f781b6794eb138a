package io.penstock.compose.kafka;

import java.nio.file.Path;

/**
 * Where an embedded broker lives and how large its records may be.
 *
 * @param folder holds its log; made and formatted at first start
 * @param port on 127.0.0.1 for clients, 1 to 65535, or 0 for a free one
 * @param maxMessageBytes the largest record batch it takes, in bytes, 1 MiB or more
 */
public record EmbeddedKafkaConfig(Path folder, int port, int maxMessageBytes) {

  private static final int MIB = 1024 * 1024;

  public EmbeddedKafkaConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "Kafka's port is %d; it must be from 1 to 65535, or 0 for a free one".formatted(port));
    }
    if (maxMessageBytes < MIB) {
      throw new IllegalArgumentException(
          "maxMessageBytes is %d; it must be at least %d".formatted(maxMessageBytes, MIB));
    }
  }
}
