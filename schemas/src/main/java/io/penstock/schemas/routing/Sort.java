package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;

/** The preference among acceptable models. Requests and documents spell it in lower case. */
public enum Sort {
  /** The lowest predicted price. */
  PRICE,
  /** The shortest predicted time to the first token. */
  LATENCY,
  /** The fastest generation of one sequence. */
  THROUGHPUT,
  /** The highest expected quality. */
  QUALITY;

  private final String spelling = name().toLowerCase(Locale.ROOT);

  /** Finds the sort that requests spell so; empty if there is none. */
  public static Optional<Sort> named(String spelling) {
    for (Sort sort : values()) {
      if (sort.spelling.equals(spelling)) {
        return Optional.of(sort);
      }
    }
    return Optional.empty();
  }

  @JsonCreator
  static Sort of(String spelling) {
    return Field.constant("sort", spelling, Sort.class);
  }

  @Override
  @JsonValue
  public String toString() {
    return spelling;
  }
}
