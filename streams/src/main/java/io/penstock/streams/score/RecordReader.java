package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads a request from a record's bytes, waiting out a registry that does not answer. */
final class RecordReader {

  /** What became of reading. */
  sealed interface Reading {

    record Read(InferenceRequest request) implements Reading {}

    record Unreadable(Refusal refusal) implements Reading {}

    /** It can be read, and is refused without being looked into. */
    record SetAside(InferenceRequest request, Refusal refusal) implements Reading {}
  }

  private final Deserializer<InferenceRequest> deserializer;
  private final RegistryPatience patience;
  private final int maxBytes;

  /**
   * @param maxBytes the longest value that is looked into
   */
  RecordReader(
      Deserializer<InferenceRequest> deserializer, RegistryPatience patience, int maxBytes) {
    this.deserializer = deserializer;
    this.patience = patience;
    this.maxBytes = maxBytes;
  }

  /**
   * @throws io.penstock.schemas.serde.RegistryUnavailableException if the registry stays away
   */
  Reading read(SourceRecord source) {
    if (source.value() == null) {
      return unreadable(
          RefusalCode.MALFORMED_RECORD,
          "the record has no value; produce an InferenceRequest, or cancel through the control"
              + " topic");
    }
    if (source.valueBytes() > maxBytes) {
      return unreadable(
          RefusalCode.REQUEST_TOO_LARGE,
          "the record has %d bytes; shorten it to at most %d"
              .formatted(source.valueBytes(), maxBytes));
    }
    try {
      return new Reading.Read(
          patience.call(() -> deserializer.deserialize(source.topic(), source.value())));
    } catch (MalformedRecordException e) {
      return unreadable(
          RefusalCode.MALFORMED_RECORD,
          "the record's value is no InferenceRequest: %s; write Avro in the Confluent wire format"
                  .formatted(e.getMessage())
              + " with a schema of the registry");
    }
  }

  private static Reading unreadable(RefusalCode code, String message) {
    return new Reading.Unreadable(new Refusal(code, null, message));
  }
}
