package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.meter;
import static io.penstock.streams.score.Requests.parsed;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.Requests;
import io.penstock.streams.score.complexity.ComplexityArtefact;
import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.complexity.ComplexityPredictor;
import io.penstock.streams.score.complexity.Contribution;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.PredictorCalibration;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.service.ServiceLevels;
import java.util.List;

/** Asks a chooser and takes its answer apart. */
abstract class ChooserFixture {

  /** What makes a prompt hard, for the predictor here. */
  static final String HARD_WORD = "riddle";

  final RoutingChooser chooser =
      new RoutingChooser(
          new OutputLengthPredictor(100),
          new Complexity(new ByWord(), Requests.COMPLEXITY.thresholds(), 0.66, 0.82),
          ServiceLevels.DEFAULT,
          Requests.SETTINGS.modelPartitions());

  /** A strong model adds much to hard prompts and hardly anything to others. */
  private static final class ByWord implements ComplexityPredictor {

    @Override
    public ComplexityEstimate estimate(CharSequence prompt) {
      return prompt.toString().contains(HARD_WORD)
          ? new ComplexityEstimate(0.3, 0.8, 0.5, 1)
          : new ComplexityEstimate(0.8, 0.82, 0.02, 0);
    }

    @Override
    public List<Contribution> explain(CharSequence prompt, int most) {
      return List.of();
    }

    @Override
    public PredictorCalibration calibration() {
      return new LinearComplexityPredictor(ComplexityArtefact.shipped()).calibration();
    }
  }

  static RoutingPreferences.Builder wanting() {
    return RoutingPreferences.newBuilder();
  }

  ModelSelection choose(
      InferenceRequest.Builder request, RoutingContexts contexts, ServiceClass serviceClass) {
    ParsedRequest parsed = parsed(request.build(), serviceClass);
    return chooser.choose(parsed, contexts.build(), meter(parsed));
  }

  ModelSelection.Chosen chosen(InferenceRequest.Builder request, RoutingContexts contexts) {
    return assertInstanceOf(
        ModelSelection.Chosen.class, choose(request, contexts, ServiceClass.STANDARD));
  }

  /** The chosen target. */
  String target(InferenceRequest.Builder request, RoutingContexts contexts) {
    return target(chosen(request, contexts));
  }

  static String target(ModelSelection.Chosen chosen) {
    return chosen.choice().getModel()
        + chosen.choice().getVariant().map(variant -> "#" + variant).orElse("");
  }

  /** Targets of the alternatives, in order. */
  static List<String> alternatives(ModelSelection.Chosen chosen) {
    return chosen.alternatives().stream()
        .map(each -> each.getModel() + each.getVariant().map(v -> "#" + v).orElse(""))
        .toList();
  }

  Refusal refused(InferenceRequest.Builder request, RoutingContexts contexts) {
    return assertInstanceOf(
            ModelSelection.NotChosen.class, choose(request, contexts, ServiceClass.STANDARD))
        .refusal();
  }
}
