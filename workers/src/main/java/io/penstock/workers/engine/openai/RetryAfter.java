package io.penstock.workers.engine.openai;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads how long a server asks clients to wait: {@code retry-after-ms} as Azure and OpenAI send it,
 * else {@code Retry-After} in seconds or as an HTTP date (RFC 9110, section 10.2.3).
 */
final class RetryAfter {

  private RetryAfter() {}

  /**
   * Milliseconds from now, from 0; empty if the server does not say or says nonsense. Its date is
   * compared with the one it sent the answer at, since its clock need not be this host's.
   *
   * @param longest the most that is believed
   */
  static OptionalLong millis(HttpHeaders headers, Duration longest, Instant now) {
    OptionalLong said =
        headers.firstValue("retry-after-ms").map(v -> scaled(v, 1)).orElse(OptionalLong.empty());
    if (said.isEmpty()) {
      Instant sentAt = headers.firstValue("date").flatMap(RetryAfter::date).orElse(now);
      said =
          headers.firstValue("retry-after").map(v -> parse(v, sentAt)).orElse(OptionalLong.empty());
    }
    return said.isEmpty()
        ? said
        : OptionalLong.of(Math.clamp(said.getAsLong(), 0, longest.toMillis()));
  }

  private static OptionalLong parse(String value, Instant sentAt) {
    OptionalLong seconds = scaled(value, 1000);
    if (seconds.isPresent()) {
      return seconds;
    }
    return date(value)
        .map(at -> OptionalLong.of(Duration.between(sentAt, at).toMillis()))
        .orElse(OptionalLong.empty());
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(
          ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static OptionalLong scaled(String value, long factor) {
    try {
      double number = Double.parseDouble(value.strip());
      return number >= 0
          ? OptionalLong.of((long) Math.min(number * factor, (double) Long.MAX_VALUE))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
