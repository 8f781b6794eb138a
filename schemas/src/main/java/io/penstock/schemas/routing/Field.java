package io.penstock.schemas.routing;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the fields of documents have in common to be checked. Every message says what to give. */
final class Field {

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

  static void oneOf(String field, @Nullable String value, Set<String> legal) {
    if (value != null && !legal.contains(value)) {
      throw new IllegalArgumentException(
          "%s is '%s'; give %s"
              .formatted(field, value, legal.stream().sorted().collect(Collectors.joining(", "))));
    }
  }

  /** The constant that documents spell so, by its {@code toString}. */
  static <E extends Enum<E>> E constant(String field, String spelling, Class<E> type) {
    Map<String, E> legal = new HashMap<>();
    EnumSet.allOf(type).forEach(each -> legal.put(each.toString(), each));
    oneOf(field, spelling, legal.keySet());
    return Objects.requireNonNull(legal.get(spelling));
  }

  /** A copy, or an empty list for none. */
  static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }
}
