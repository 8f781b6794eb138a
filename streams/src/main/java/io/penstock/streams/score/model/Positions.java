package io.penstock.streams.score.model;

import io.penstock.streams.score.prediction.Forecast;
import java.util.List;
import java.util.Objects;

/** The places of candidates between the weakest and the best by registered quality. */
record Positions(double weakest, double best) {

  static Positions of(List<ModelOption> options) {
    double[] known =
        options.stream()
            .map(option -> option.first().quality())
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return known.length == 0
        ? new Positions(0, 0)
        : new Positions(known[0], known[known.length - 1]);
  }

  /**
   * Returns whether the candidates differ in quality at all, so that a prompt's complexity matters.
   */
  boolean differ() {
    return weakest < best;
  }

  /**
   * The place from 0, the weakest, to 1, the best. If candidates do not differ, all are the best.
   */
  double of(Forecast forecast) {
    if (!differ()) {
      return 1;
    }
    return forecast.quality() == null
        ? 0
        : Math.clamp((forecast.quality() - weakest) / (best - weakest), 0, 1);
  }
}
