package io.penstock.broker.inference;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header that says when an answer is worthless: how long from now, such as {@code 30s}, {@code
 * 5m} or {@code 2h}, or an instant such as {@code 2026-01-31T12:00:00Z}.
 */
public final class DeadlineHeader {

  public static final String NAME = "penstock-deadline";

  private static final Pattern LENGTH = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|min|h|d)");

  /** Any time of ours can be moved by it. */
  private static final Duration LONGEST = Duration.ofDays(999_999_999);

  private DeadlineHeader() {}

  /**
   * The instant that a header says.
   *
   * @param furthest how far ahead it may lie
   * @throws ApiException if it is malformed, past or too far ahead
   */
  public static Optional<Instant> read(Optional<String> header, Instant now, Duration furthest) {
    return header.map(text -> checked(parse(text.strip(), now), now, furthest));
  }

  /** A length of time as the command line reads it, too; empty if it is malformed or negative. */
  public static Optional<Duration> length(String text) {
    Matcher matcher = LENGTH.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return iso(text.strip());
    }
    long count = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m", "min" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }

  private static Optional<Duration> iso(String text) {
    try {
      return Optional.of(Duration.parse(text))
          .filter(length -> !length.isNegative() && length.compareTo(LONGEST) <= 0);
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  private static Instant parse(String text, Instant now) {
    Optional<Duration> length = length(text);
    if (length.isPresent()) {
      return now.plus(length.get());
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException malformed) {
      throw wrong(
          "give a length such as 30s, 5m or 2h, or an instant such as 2026-01-31T12:00:00Z");
    }
  }

  private static Instant checked(Instant deadline, Instant now, Duration furthest) {
    if (!deadline.isAfter(now)) {
      throw wrong("it is past");
    }
    if (deadline.isAfter(now.plus(furthest))) {
      throw wrong("it is more than %d hours ahead".formatted(furthest.toHours()));
    }
    return deadline;
  }

  private static ApiException wrong(String fault) {
    return new ApiException(
        ApiError.invalid(
            NAME, "invalid_value", "The header %s is wrong: %s.".formatted(NAME, fault)));
  }
}
