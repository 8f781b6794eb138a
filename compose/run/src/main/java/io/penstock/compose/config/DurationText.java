package io.penstock.compose.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 250ms}, {@code 30 s}, {@code 5m}, {@code PT1H30M}. */
public final class DurationText {

  private static final Pattern SHORT = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|min|h|d)");
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d+)?");

  /** ISO 8601 as {@link Duration#toString()} writes it into messages. */
  private static final Pattern ISO = Pattern.compile("\\bPT-?[0-9][0-9HMS.-]*[HMS](?![\\w])");

  private record Unit(String name, Duration length) {}

  private static final List<Unit> UNITS =
      List.of(
          new Unit("d", Duration.ofDays(1)),
          new Unit("h", Duration.ofHours(1)),
          new Unit("m", Duration.ofMinutes(1)),
          new Unit("s", Duration.ofSeconds(1)),
          new Unit("ms", Duration.ofMillis(1)));

  private DurationText() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none; the message completes "KEY is '...'; ..."
   */
  public static Duration parse(String text) {
    String trimmed = text.strip();
    Matcher matcher = SHORT.matcher(trimmed.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2).equals("min") ? "m" : matcher.group(2);
      return length(unit).multipliedBy(Long.parseLong(matcher.group(1)));
    }
    if (NUMBER.matcher(trimmed).matches()) {
      throw new IllegalArgumentException(
          "a duration needs a unit; write %ss for seconds, or %sms, %sm, %sh, %sd"
              .formatted(trimmed, trimmed, trimmed, trimmed, trimmed));
    }
    try {
      return Duration.parse(trimmed);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "it must be a duration such as 250ms, 30s, 5m, 2h, 7d or PT1H30M", e);
    }
  }

  private static Duration length(String unit) {
    return UNITS.stream()
        .filter(each -> each.name().equals(unit))
        .findFirst()
        .orElseThrow()
        .length();
  }

  /** The shortest text that reads as this duration. */
  public static String of(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    return UNITS.stream()
        .filter(unit -> !duration.isNegative() && isWhole(duration, unit.length()))
        .findFirst()
        .map(unit -> duration.dividedBy(unit.length()) + unit.name())
        .orElseGet(duration::toString);
  }

  private static boolean isWhole(Duration duration, Duration unit) {
    return unit.multipliedBy(duration.dividedBy(unit)).equals(duration);
  }

  /** A message with the durations in it as people write them. */
  static String humanise(String message) {
    return ISO.matcher(message)
        .replaceAll(match -> Matcher.quoteReplacement(of(Duration.parse(match.group()))));
  }
}
