package io.penstock.schemas.settings;

/** Refuses settings outside of their range. */
public final class Range {

  private Range() {}

  /**
   * Refuses a value that is less than the least or more than the most.
   *
   * @param name what the configuration calls the setting
   * @throws IllegalArgumentException naming the setting, its value and the range
   */
  public static <T extends Comparable<? super T>> void require(
      String name, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from %s to %s".formatted(name, value, least, most));
    }
  }
}
