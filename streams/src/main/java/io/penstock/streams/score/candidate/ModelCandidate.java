package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.routing.Target;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One way of serving a request: a model or, where it has variants, one of them.
 *
 * @param variant null where the model has none
 */
public record ModelCandidate(ModelSpec spec, @Nullable ModelVariant variant) {

  /** What runs models that say nothing else. */
  private static final String LOCAL = "local";

  public Target target() {
    return new Target(spec.getName(), variant == null ? null : variant.getName());
  }

  /** The provider that runs it: the variant's, else the model's. */
  public String provider() {
    return Optional.ofNullable(variant)
        .flatMap(ModelVariant::getProvider)
        .or(spec::getProvider)
        .orElse(LOCAL);
  }
}
