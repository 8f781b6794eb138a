package io.penstock.streams.runtime;

import io.penstock.schemas.InferenceResult;
import java.time.Duration;
import java.time.Instant;

/** When the first token of an answer came, by the clock that the result was closed by. */
public final class FirstToken {

  private FirstToken() {}

  /**
   * The time at which it came. A worker's time of day may be wrong by minutes, so only the length
   * of time between its first token and its last counts. An answer without tokens, such as an
   * embedding, comes when it is whole.
   */
  public static Instant at(InferenceResult result) {
    return result.getFinishedAt().minus(generating(result));
  }

  /**
   * Returns whether the requester waited for longer than was promised: for the first token, or in
   * vain, until the request expired. Failed and cancelled requests are none of both.
   *
   * @param by the objective of the request
   */
  public static boolean isLate(InferenceResult result, Instant by) {
    return switch (result.getStatus()) {
      case SUCCEEDED -> at(result).isAfter(by);
      case EXPIRED -> true;
      case FAILED, CANCELLED -> false;
    };
  }

  private static Duration generating(InferenceResult result) {
    return result
        .getFirstTokenAt()
        .flatMap(first -> result.getEngineFinishedAt().map(end -> Duration.between(first, end)))
        .filter(Duration::isPositive)
        .orElse(Duration.ZERO);
  }
}
