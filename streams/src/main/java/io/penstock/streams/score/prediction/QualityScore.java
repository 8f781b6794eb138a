package io.penstock.streams.score.prediction;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.streams.score.candidate.ModelCandidate;
import java.util.Optional;

/** The registry's quality score of a candidate, from 0 to 1. */
public final class QualityScore {

  private QualityScore() {}

  /**
   * The model's score for the domain, else its overall one; a variant with a score of its own
   * shifts the domain's by as much as it differs from the model overall. The result is empty if
   * nothing is known.
   */
  public static Optional<Double> of(ModelCandidate candidate, Optional<String> domain) {
    ModelSpec spec = candidate.spec();
    Optional<Double> ofVariant =
        Optional.ofNullable(candidate.variant()).flatMap(ModelVariant::getQuality);
    Optional<Double> overall = spec.getQuality();
    Optional<Double> ofDomain =
        domain.flatMap(name -> Optional.ofNullable(spec.getQualityByDomain().get(name)));
    if (ofDomain.isEmpty()) {
      return ofVariant.or(() -> overall);
    }
    double shift =
        ofVariant.isPresent() && overall.isPresent() ? ofVariant.get() - overall.get() : 0;
    return Optional.of(Math.clamp(ofDomain.get() + shift, 0.0, 1.0));
  }
}
