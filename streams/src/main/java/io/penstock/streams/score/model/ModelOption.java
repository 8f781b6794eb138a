package io.penstock.streams.score.model;

import io.penstock.streams.score.prediction.Forecast;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A model that may serve a request within all constraints.
 *
 * @param first by the variant that the request goes to
 * @param failover by other variants, in order, each of them usable now
 */
record ModelOption(Forecast first, List<Forecast> failover) {

  /** A copy with each forecast changed. */
  ModelOption map(UnaryOperator<Forecast> change) {
    return new ModelOption(change.apply(first), failover.stream().map(change).toList());
  }
}
