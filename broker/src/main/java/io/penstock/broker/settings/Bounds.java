package io.penstock.broker.settings;

import java.time.Duration;

/**
 * Holds settings to their bounds. It is a class of its own, because the defaults of {@link
 * HttpSettings} need those of all others.
 */
final class Bounds {

  private Bounds() {}

  static void require(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from %s to %s".formatted(name, value, least, most));
    }
  }

  static void require(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d; it must be from %d to %d".formatted(name, value, least, most));
    }
  }
}
