package io.penstock.compose.cli;

import io.penstock.compose.config.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** Times as people type and read them. */
public final class TimeText {

  private TimeText() {}

  /** How long it is for a script: in seconds, to the millisecond. */
  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /**
   * A duration such as 500ms, 30s, 5m, 2h, 1d or PT1H30M.
   *
   * @throws CliException if it is none, or not positive
   */
  public static Duration duration(String option, String text) {
    Duration duration;
    try {
      duration = DurationText.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(option, text, "a duration such as 30s, 5m, 2h or PT1H30M");
    }
    if (!duration.isPositive()) {
      throw wrong(option, text, "a positive duration such as 30s");
    }
    return duration;
  }

  /** An instant after now: given as itself or as a duration from now. */
  public static Instant future(String option, String text, Instant now) {
    Instant instant =
        looksLikeInstant(text) ? instant(option, text) : now.plus(duration(option, text));
    if (!instant.isAfter(now)) {
      throw wrong(option, text, "in the future");
    }
    return instant;
  }

  /** An instant given as itself or as a duration before now. */
  public static Instant past(String option, String text, Instant now) {
    return looksLikeInstant(text) ? instant(option, text) : now.minus(duration(option, text));
  }

  private static boolean looksLikeInstant(String text) {
    return text.length() > 4 && text.charAt(4) == '-';
  }

  private static Instant instant(String option, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw wrong(
          option, text, "an instant such as 2026-11-22T15:04:05Z, or a duration such as 5m");
    }
  }

  private static CliException wrong(String option, String text, String wanted) {
    return CliException.usage("%s is '%s'; it must be %s".formatted(option, text, wanted));
  }

  /** A duration for a person, in its two greatest units at most. */
  public static String age(Duration age) {
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 10) {
      return "%.1fs".formatted(Math.max(0, age.toMillis()) / 1000.0);
    }
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + seconds % 60 + "s";
    }
    if (seconds < 86400) {
      return seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
    }
    return seconds / 86400 + "d" + seconds % 86400 / 3600 + "h";
  }

  /** An instant to the millisecond. */
  public static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
