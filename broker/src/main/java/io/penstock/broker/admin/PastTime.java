package io.penstock.broker.admin;

import io.penstock.broker.inference.DeadlineHeader;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from which time on, or up to which time, an operator wants to know something. */
final class PastTime {

  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private PastTime() {}

  /**
   * A time that is given as itself or as a length of time before now; empty if none is given.
   *
   * @throws io.penstock.broker.errors.ApiException with 400, naming the field
   */
  static Optional<Instant> read(String field, @Nullable String text, Instant now) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      Instant time =
          DeadlineHeader.length(text)
              .map(now::minus)
              .orElseGet(() -> OffsetDateTime.parse(text).toInstant());
      if (!time.isBefore(Instant.EPOCH) && time.isBefore(LATEST)) {
        return Optional.of(time);
      }
    } catch (DateTimeException | ArithmeticException malformed) {
      // It is answered as what is out of range.
    }
    throw AdminBody.wrong(
        field,
        "it must be a time ago such as 7d, or an instant from 1970 to 9999 such as"
            + " 2026-11-22T15:04:05Z");
  }
}
