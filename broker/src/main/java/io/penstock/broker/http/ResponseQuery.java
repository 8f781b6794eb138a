package io.penstock.broker.http;

import io.micronaut.http.HttpParameters;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a response is wanted.
 *
 * @param stream as events
 * @param startingAfter the number of the last event that the caller has
 */
record ResponseQuery(boolean stream, OptionalLong startingAfter) {

  private static final String AFTER = "starting_after";
  private static final int MOST_DIGITS = 18;

  static ResponseQuery read(HttpParameters parameters) {
    refuseInclude(parameters);
    boolean stream =
        switch (parameters.getFirst("stream").orElse("false")) {
          case "true" -> true;
          case "false" -> false;
          default -> throw wrong("stream", "'stream' must be true or false.");
        };
    Optional<String> after = parameters.getFirst(AFTER);
    if (after.isPresent() && !stream) {
      throw wrong(AFTER, "'starting_after' needs 'stream=true'.");
    }
    return new ResponseQuery(
        stream, after.map(ResponseQuery::number).orElseGet(OptionalLong::empty));
  }

  static void refuseInclude(HttpParameters parameters) {
    if (parameters.contains("include") || parameters.contains("include[]")) {
      throw wrong("include", "'include' is not supported here; leave it out.");
    }
  }

  private static OptionalLong number(String text) {
    if (text.isEmpty()
        || text.length() > MOST_DIGITS
        || !text.chars().allMatch(ResponseQuery::digit)) {
      throw wrong(AFTER, "'starting_after' must be the sequence_number of an event.");
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private static boolean digit(int character) {
    return character >= '0' && character <= '9';
  }

  private static ApiException wrong(String param, String message) {
    return new ApiException(ApiError.invalid(param, "invalid_value", message));
  }
}
