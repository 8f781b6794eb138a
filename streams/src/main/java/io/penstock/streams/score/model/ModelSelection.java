package io.penstock.streams.score.model;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.request.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The result of choosing a model. */
public sealed interface ModelSelection {

  /**
   * A model.
   *
   * @param prices when it will run, as far as that is known
   * @param outputLimit what overload leaves each sequence to generate, where it took something, or
   *     what the price was promised with
   * @param notBefore deferred until then; no later than the deadline
   * @param alternatives where else it may be served within all constraints, the best first
   */
  record Chosen(
      ModelChoice choice,
      ModelSpec spec,
      ModelFit.Fits fit,
      Prices prices,
      OptionalLong outputLimit,
      Optional<Instant> notBefore,
      List<ModelAlternative> alternatives)
      implements ModelSelection {

    public Chosen {
      alternatives = List.copyOf(alternatives);
    }
  }

  record NotChosen(Refusal refusal) implements ModelSelection {}
}
