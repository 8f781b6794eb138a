package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.Optional;

/**
 * A request as it stood in the log.
 *
 * @param key the record's key as text, where it had one
 * @param topicClass the class of the topic it came from
 * @param acceptedAt the record's timestamp
 * @param fingerprint of what is asked
 */
public record Arrival(
    InferenceRequest request,
    Optional<String> key,
    ServiceClass topicClass,
    Instant acceptedAt,
    long fingerprint) {

  public Arrival(
      InferenceRequest request, Optional<String> key, ServiceClass topicClass, Instant acceptedAt) {
    this(request, key, topicClass, acceptedAt, Fingerprint.of(request));
  }
}
