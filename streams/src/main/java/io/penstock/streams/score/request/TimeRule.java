package io.penstock.streams.score.request;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Checks of the times in a request. Times on the wire are microseconds since 1970. */
public final class TimeRule {

  /** A time nearer than this, read in another unit, shows that the unit was wrong. */
  private static final long PLAUSIBLE_MICROS = Duration.ofDays(3650).toSeconds() * 1_000_000;

  private TimeRule() {}

  static Optional<Refusal> deadline(Instant deadline, Instant acceptedAt, Duration maxDeadline) {
    Optional<Refusal> unit = unit("deadline", deadline, acceptedAt);
    if (unit.isPresent()) {
      return unit;
    }
    if (!deadline.isAfter(acceptedAt)) {
      return invalid(
          "the deadline %s had passed when the log accepted the request at %s; give a later one"
              .formatted(deadline, acceptedAt));
    }
    Instant latest = acceptedAt.plus(maxDeadline);
    if (deadline.isAfter(latest)) {
      return invalid(
          "the deadline %s is later than allowed; give one until %s, %s from acceptance"
              .formatted(deadline, latest, maxDeadline));
    }
    return Optional.empty();
  }

  /**
   * When a request was created, if that is credible: within ten years of its acceptance. Many
   * clients send 0, -1 or a time long past for "unset", and some clocks are years off.
   */
  public static Optional<Instant> created(Optional<Instant> createdAt, Instant acceptedAt) {
    return createdAt.filter(at -> plausible(micros(at), micros(acceptedAt)));
  }

  /** Names the unit that a far-off time was probably given in. */
  static Optional<Refusal> unit(String field, Instant time, Instant now) {
    long micros = micros(time);
    long nowMicros = micros(now);
    if (plausible(micros, nowMicros)) {
      return Optional.empty();
    }
    if (plausible(saturated(micros, 1_000), nowMicros)) {
      return wrongUnit(field, time, "milliseconds", "multiply it by 1000");
    }
    if (plausible(saturated(micros, 1_000_000), nowMicros)) {
      return wrongUnit(field, time, "seconds", "multiply it by 1000000");
    }
    if (plausible(micros / 1_000, nowMicros)) {
      return wrongUnit(field, time, "nanoseconds", "divide it by 1000");
    }
    return Optional.empty();
  }

  private static boolean plausible(long micros, long nowMicros) {
    return Math.abs(micros - nowMicros) <= PLAUSIBLE_MICROS;
  }

  /** Micros since 1970, kept within a range in which differences cannot overflow. */
  private static long micros(Instant time) {
    long bound = Long.MAX_VALUE / 4;
    long seconds = Math.clamp(time.getEpochSecond(), -bound / 1_000_000, bound / 1_000_000);
    return seconds * 1_000_000 + time.getNano() / 1_000;
  }

  private static long saturated(long micros, long factor) {
    long bound = Long.MAX_VALUE / 4;
    return Math.abs(micros) > bound / factor ? bound : micros * factor;
  }

  private static Optional<Refusal> wrongUnit(
      String field, Instant time, String unit, String remedy) {
    return Optional.of(
        new Refusal(
            RefusalCode.INVALID_TIME,
            field,
            "%s reads as %s; it looks like %s since 1970 where microseconds are expected: %s"
                .formatted(field, time, unit, remedy)));
  }

  private static Optional<Refusal> invalid(String message) {
    return Optional.of(new Refusal(RefusalCode.INVALID_DEADLINE, "deadline", message));
  }
}
