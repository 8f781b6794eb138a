package io.penstock.compose.kafka;

import java.io.Serial;

/** A chosen port is taken. */
public final class PortInUseException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  PortInUseException(int port, String flag, Throwable cause) {
    super(
        "port %d on 127.0.0.1 is taken; free it, or choose another with %s".formatted(port, flag),
        cause);
  }
}
