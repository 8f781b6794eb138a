package io.penstock.broker.settings;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * How long a connection may wait for the answer to a request, by class. A request that is predicted
 * to wait longer is refused with 429; one that takes longer is answered 504, goes on, and can be
 * fetched by its id.
 *
 * @param interactive for requests of class interactive
 * @param standard for requests of class standard
 * @param batch for requests of class batch
 * @param longestPoll how long {@code GET /v1/requests/ID/result?wait=} may wait
 */
public record WaitSettings(
    Duration interactive, Duration standard, Duration batch, Duration longestPoll) {

  private static final Duration LONGEST = Duration.ofHours(1);

  /** As long as a class's default deadline; for batch as long as OpenAI's clients wait. */
  public static final WaitSettings DEFAULT =
      new WaitSettings(
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(1));

  public WaitSettings {
    Bounds.require("interactive", interactive, Duration.ofMillis(1), LONGEST);
    Bounds.require("standard", standard, Duration.ofMillis(1), LONGEST);
    Bounds.require("batch", batch, Duration.ofMillis(1), LONGEST);
    Bounds.require("longestPoll", longestPoll, Duration.ofMillis(1), LONGEST);
  }

  public Duration of(ServiceClass serviceClass) {
    return switch (serviceClass) {
      case INTERACTIVE -> interactive;
      case STANDARD -> standard;
      case BATCH -> batch;
    };
  }

  /** The longest that any call may wait for its answer. */
  public Duration longest() {
    return Collections.max(List.of(interactive, standard, batch, longestPoll));
  }
}
