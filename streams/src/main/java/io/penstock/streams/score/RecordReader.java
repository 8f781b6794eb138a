package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.streams.runtime.RegistryPatience;
import io.penstock.streams.score.json.JsonRequests;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads a request from a record's bytes, waiting out a registry that does not answer. */
final class RecordReader {

  /** The result of reading a record. */
  sealed interface Reading {

    /** The request, as far as it could be read. */
    default Optional<InferenceRequest> known() {
      return switch (this) {
        case Read(InferenceRequest request) -> Optional.of(request);
        case SetAside(InferenceRequest request, Refusal ignored) -> Optional.of(request);
        case Unreadable ignored -> Optional.empty();
      };
    }

    /** Returns why it is refused without being scored, if it is. */
    default Optional<Refusal> refusal() {
      return switch (this) {
        case Read ignored -> Optional.empty();
        case SetAside(InferenceRequest ignored, Refusal why) -> Optional.of(why);
        case Unreadable(Refusal why) -> Optional.of(why);
      };
    }

    record Read(InferenceRequest request) implements Reading {}

    record Unreadable(Refusal why) implements Reading {}

    /**
     * Whose it is can be read, and that it is to be refused.
     *
     * @param request as much of it as the answer needs
     */
    record SetAside(InferenceRequest request, Refusal why) implements Reading {}
  }

  private final ServiceClass serviceClass;
  private final Deserializer<InferenceRequest> deserializer;
  private final JsonRequests json;
  private final RegistryPatience patience;
  private final int maxBytes;
  private final String cancellations;

  /**
   * @param serviceClass the class of the topic that is read
   * @param maxBytes the longest value that is looked into
   * @param cancellations the topic to which requesters write cancellations
   */
  RecordReader(
      ServiceClass serviceClass,
      Deserializer<InferenceRequest> deserializer,
      RegistryPatience patience,
      int maxBytes,
      String cancellations) {
    this.serviceClass = serviceClass;
    this.deserializer = deserializer;
    this.json = new JsonRequests(maxBytes);
    this.patience = patience;
    this.maxBytes = maxBytes;
    this.cancellations = cancellations;
  }

  /**
   * @throws io.penstock.schemas.serde.RegistryUnavailableException if the registry stays away
   */
  Reading read(SourceRecord source) {
    if (source.value() == null) {
      return unreadable(
          RefusalCode.MALFORMED_RECORD,
          "the record has no value; produce an InferenceRequest. To cancel a request, write a"
              + " CANCEL command to the topic "
              + cancellations);
    }
    if (source.valueBytes() > maxBytes) {
      return unreadable(
          RefusalCode.REQUEST_TOO_LARGE,
          "the record has %d bytes; shorten it to at most %d"
              .formatted(source.valueBytes(), maxBytes));
    }
    if (source.isJson()) {
      JsonRequests.Reading read =
          json.read(
              source.value(),
              source.requestHeaders(),
              source.idOutsideOfValue(serviceClass).orElseThrow(),
              source.acceptedAt());
      return read.refusal().isPresent()
          ? new Reading.SetAside(read.request(), read.refusal().get())
          : new Reading.Read(read.request());
    }
    try {
      InferenceRequest request =
          patience.call(() -> deserializer.deserialize(source.topic(), source.value()));
      return source
          .requestHeaders()
          .acceptFault()
          .<Reading>map(fault -> new Reading.SetAside(request, fault))
          .orElseGet(() -> new Reading.Read(request));
    } catch (MalformedRecordException e) {
      return unreadable(
          RefusalCode.MALFORMED_RECORD,
          "the record's value is no InferenceRequest: %s; write Avro in the Confluent wire format"
                  .formatted(e.getMessage())
              + " with a schema of the registry, or JSON, which begins with {");
    }
  }

  private static Reading unreadable(RefusalCode code, String message) {
    return new Reading.Unreadable(new Refusal(code, null, message));
  }
}
