package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The record that scoring has in hand.
 *
 * @param identity null if no legal id is known
 * @param before what this instance remembered of the id
 * @param began in System.nanoTime
 */
record CurrentRecord(
    SourceRecord source,
    RecordReader.Reading reading,
    @Nullable Identity identity,
    Optional<FirstDecision> before,
    Instant now,
    long began) {

  Optional<InferenceRequest> request() {
    return reading.known();
  }

  /** The id, of a record that has one. */
  String id() {
    return Objects.requireNonNull(identity).id();
  }

  /** Returns how long the record has been in hand. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
