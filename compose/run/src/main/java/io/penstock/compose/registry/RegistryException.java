package io.penstock.compose.registry;

import java.io.Serial;

/** The registry did not start, or does not answer. */
public final class RegistryException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
