package io.penstock.streams.score.prediction;

import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.candidate.Availability;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.candidate.Wish;
import org.jspecify.annotations.Nullable;

/**
 * The prediction of serving a request by a candidate.
 *
 * @param wish how the request came to the model
 * @param fit its prompt there, and the most it may generate
 * @param outputTokens expected to be generated
 * @param quality the registry's score, from 0 to 1; null: none is known
 * @param expectedQuality the same for this prompt
 */
public record Forecast(
    Wish wish,
    ModelCandidate candidate,
    ModelFit.Fits fit,
    long outputTokens,
    Prices prices,
    @Nullable Double quality,
    @Nullable Double expectedQuality,
    Timing timing,
    Availability availability) {

  public Target target() {
    return candidate.target();
  }

  /** The price to expect. */
  public double price() {
    return prices.of(fit.prompt().total(), outputTokens);
  }

  /** The price with the longest output that it may generate. */
  public double ceiling() {
    return prices.of(fit.prompt().total(), fit.maxOutput());
  }

  public Forecast withExpectedQuality(double expected) {
    return new Forecast(
        wish, candidate, fit, outputTokens, prices, quality, expected, timing, availability);
  }

  /** A copy with a lower limit of output for the whole request. */
  public Forecast within(long maxOutput) {
    return new Forecast(
        wish,
        candidate,
        fit.within(maxOutput),
        Math.min(outputTokens, maxOutput),
        prices,
        quality,
        expectedQuality,
        timing,
        availability);
  }
}
