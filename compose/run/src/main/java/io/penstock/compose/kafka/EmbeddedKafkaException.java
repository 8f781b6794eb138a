package io.penstock.compose.kafka;

import java.io.Serial;
import java.nio.file.Path;

/** The embedded broker failed to start. */
public final class EmbeddedKafkaException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  EmbeddedKafkaException(Path folder, Throwable cause) {
    super(
        "Kafka failed to start on %s: %s".formatted(folder.toAbsolutePath(), rootMessage(cause)),
        cause);
  }

  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
