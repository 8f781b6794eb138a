package io.penstock.workers.engine.openai;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/**
 * How long a server asks to be left alone: {@code retry-after-ms} as Azure and OpenAI send it, else
 * {@code Retry-After} in seconds or as an HTTP date (RFC 9110, section 10.2.3).
 */
final class RetryAfter {

  private static final long MOST = Duration.ofDays(1).toMillis();

  private RetryAfter() {}

  /** Milliseconds from now, 0 to a day; empty if the server does not say or says nonsense. */
  static OptionalLong millis(HttpHeaders headers, Instant now) {
    OptionalLong exact =
        headers.firstValue("retry-after-ms").map(v -> scaled(v, 1)).orElse(OptionalLong.empty());
    return exact.isPresent()
        ? exact
        : headers.firstValue("retry-after").map(v -> parse(v, now)).orElse(OptionalLong.empty());
  }

  private static OptionalLong parse(String value, Instant now) {
    OptionalLong seconds = scaled(value, 1000);
    if (seconds.isPresent()) {
      return seconds;
    }
    try {
      Instant at =
          ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return OptionalLong.of(Math.clamp(Duration.between(now, at).toMillis(), 0, MOST));
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong scaled(String value, long factor) {
    try {
      double number = Double.parseDouble(value.strip());
      return number >= 0
          ? OptionalLong.of((long) Math.min(number * factor, (double) MOST))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
