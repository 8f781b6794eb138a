package io.penstock.schemas.serde;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The schema registry did not answer as a registry: not reachable, too slow, failing, or refusing
 * our credentials. It says nothing about the record, which must not be dead-lettered: try again.
 */
public final class RegistryUnavailableException extends RetriableException {

  public RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
