package io.penstock.streams.score;

import java.time.Duration;
import java.time.Instant;

/** Chooses the timestamp of a forwarded record. */
final class OutputTime {

  /** Retention is generous by more than this; older records would be deleted early. */
  static final Duration KEPT = Duration.ofHours(1);

  private OutputTime() {}

  /** The source's, so that order by time is kept, or now if that lies too far back or ahead. */
  static long millis(Instant source, Instant now) {
    return source.isAfter(now) || source.isBefore(now.minus(KEPT))
        ? now.toEpochMilli()
        : source.toEpochMilli();
  }
}
