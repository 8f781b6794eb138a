package io.penstock.streams.score.prediction;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.streams.score.candidate.ModelCandidate;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a candidate at one time: the variant's, else the model's, times the factor of the
 * hour. A candidate without a price costs nothing.
 *
 * @param input of a million prompt tokens, in the registry's currency; null: none is known
 * @param output of a million generated tokens
 */
public record Prices(@Nullable Double input, @Nullable Double output) {

  private static final double MILLION = 1e6;

  public static Prices of(ModelCandidate candidate, Instant now) {
    ModelSpec spec = candidate.spec();
    Optional<ModelVariant> variant = Optional.ofNullable(candidate.variant());
    double factor = PriceHours.factor(spec, now);
    return new Prices(
        variant
            .flatMap(ModelVariant::getInputPricePerMillion)
            .or(spec::getInputPricePerMillion)
            .map(price -> price * factor)
            .orElse(null),
        variant
            .flatMap(ModelVariant::getOutputPricePerMillion)
            .or(spec::getOutputPricePerMillion)
            .map(price -> price * factor)
            .orElse(null));
  }

  /** Returns whether anything is known of them. */
  public boolean known() {
    return input != null || output != null;
  }

  /** The price of so many tokens. */
  public double of(long promptTokens, long outputTokens) {
    return (promptTokens * (input == null ? 0 : input)
            + outputTokens * (output == null ? 0 : output))
        / MILLION;
  }
}
