package io.penstock.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The registry refuses a schema of ours, most often because the subject holds an incompatible one.
 * An operator has to remedy it; no record is at fault.
 */
public final class SchemaRejectedException extends SerializationException {

  public SchemaRejectedException(String message, Throwable cause) {
    super(message, cause);
  }
}
