package io.penstock.compose.bench;

import java.time.Duration;

/** Checks settings of benchmarks. The message begins with the name of the option. */
public final class OptionRule {

  private static final Duration LONGEST = Duration.ofHours(1);

  private OptionRule() {}

  /**
   * Demands something of an option.
   *
   * @param option its name without hyphens in front
   * @param otherwise what it must be, or what is wrong with it and what to do: the rest of a
   *     sentence that begins with the option's name
   * @throws IllegalArgumentException if it is not so
   */
  public static void require(String option, boolean good, String otherwise) {
    if (!good) {
      throw new IllegalArgumentException(option + " " + otherwise);
    }
  }

  /** Demands a time of at least so long and less than an hour. */
  public static void requireTime(String option, Duration time, Duration least) {
    require(
        option,
        time.compareTo(least) >= 0 && time.compareTo(LONGEST) < 0,
        "must be from %s to less than 3600 seconds".formatted(text(least)));
  }

  private static String text(Duration time) {
    return time.toMillis() % 1000 == 0 ? Long.toString(time.toSeconds()) : time.toMillis() + "ms";
  }
}
