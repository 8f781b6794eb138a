package io.penstock.schemas.routing;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks fields of documents. Every message names the field and what to give. */
final class Field {

  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private Field() {}

  static String name(String field, @Nullable String value) {
    if (value == null || value.isBlank() || value.length() > 128) {
      throw new IllegalArgumentException(
          "%s is '%s'; give 1 to 128 characters".formatted(field, value));
    }
    return value;
  }

  static void share(String field, @Nullable Double value) {
    range(field, value, 0, 1);
  }

  static void range(String field, @Nullable Double value, double least, double most) {
    if (value != null && !(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s is %s; give %s to %s".formatted(field, value, least, most));
    }
  }

  static void atLeast(String field, @Nullable Double value, double least) {
    if (value != null && !(value >= least && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s is %s; give %s or more".formatted(field, value, least));
    }
  }

  static void atLeast(String field, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %d; give %d or more".formatted(field, value, least));
    }
  }

  /** Finds the constant that documents spell so, by its {@code toString}. */
  static <E extends Enum<E>> E constant(String field, String spelling, Class<E> type) {
    return EnumSet.allOf(type).stream()
        .filter(each -> each.toString().equals(spelling))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is '%s'; give %s".formatted(field, spelling, spellings(type))));
  }

  /** Refuses a document that leaves out a constant that it has to name. */
  static <E extends Enum<E>> void present(String field, @Nullable E value, Class<E> type) {
    if (value == null) {
      throw new IllegalArgumentException(
          "%s is missing; give %s".formatted(field, spellings(type)));
    }
  }

  private static <E extends Enum<E>> String spellings(Class<E> type) {
    return EnumSet.allOf(type).stream()
        .map(Enum::toString)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Refuses a time that is missing, or with which nothing can be reckoned. */
  static Instant time(String field, @Nullable Instant value) {
    if (value == null) {
      throw new IllegalArgumentException(
          "%s is missing; give a time such as 2026-11-22T10:00:00Z".formatted(field));
    }
    if (value.isBefore(EARLIEST) || value.isAfter(LATEST)) {
      throw new IllegalArgumentException(
          "%s is %s; give a time from %s to %s".formatted(field, value, EARLIEST, LATEST));
    }
    return value;
  }

  /** Copies a list; null becomes an empty one. */
  static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }
}
