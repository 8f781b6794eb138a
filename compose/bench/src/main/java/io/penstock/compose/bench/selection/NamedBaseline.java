package io.penstock.compose.bench.selection;

import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.model.ModelChooser;
import io.penstock.streams.score.model.ModelSelection;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Takes the model by its name and looks at nothing but whether the prompt fits: the least work. */
final class NamedBaseline implements ModelChooser {

  @Override
  public ModelSelection choose(ParsedRequest request, RoutingContext context, PromptMeter meter) {
    Optional<ModelSpec> spec = context.catalog().resolve(request.model());
    if (spec.isEmpty()) {
      return new ModelSelection.NotChosen(
          new Refusal(RefusalCode.UNKNOWN_MODEL, "model", "the baseline needs a model's name"));
    }
    return switch (ModelFit.of(request, spec.get(), meter)) {
      case ModelFit.Misfit(Refusal refusal) -> new ModelSelection.NotChosen(refusal);
      case ModelFit.Fits fit ->
          new ModelSelection.Chosen(
              ModelChoice.newBuilder().setModel(spec.get().getName()).setReason("named").build(),
              spec.get(),
              fit,
              Prices.of(new ModelCandidate(spec.get(), null), context.now()),
              OptionalLong.empty(),
              Optional.empty(),
              List.of());
    };
  }
}
