package io.penstock.streams.score.service;

import java.time.Duration;

/**
 * The service level of a class for requests that ask for none themselves.
 *
 * @param firstToken the objective from acceptance to the first token
 * @param deadline from acceptance to the instant after which a result is worthless
 */
public record ServiceLevel(Duration firstToken, Duration deadline) {

  public ServiceLevel {
    if (!firstToken.isPositive()) {
      throw new IllegalArgumentException(
          "firstToken is %s; it must be positive".formatted(firstToken));
    }
    if (deadline.compareTo(firstToken) < 0) {
      throw new IllegalArgumentException(
          "deadline %s is before firstToken %s; make it as long or longer"
              .formatted(deadline, firstToken));
    }
  }
}
