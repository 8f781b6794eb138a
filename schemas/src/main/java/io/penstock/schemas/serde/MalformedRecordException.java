package io.penstock.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The record itself is at fault: its bytes are no Avro in the Confluent wire format, its schema id
 * is unknown to the registry, it does not fit the type read, or a value cannot be written. Trying
 * again gives the same, so the record may be dead-lettered.
 */
public final class MalformedRecordException extends SerializationException {

  public MalformedRecordException(String message) {
    super(message);
  }

  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
