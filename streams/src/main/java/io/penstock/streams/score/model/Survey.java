package io.penstock.streams.score.model;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.assignment.VariantOrder;
import io.penstock.streams.score.candidate.Availability;
import io.penstock.streams.score.candidate.Constraints;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.candidate.Wish;
import io.penstock.streams.score.candidate.Wishes;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.prediction.QualityScore;
import io.penstock.streams.score.prediction.Timing;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at candidates one by one: rules out those that break a constraint, with the reason, and
 * forecasts the others. An instance serves one request on one thread.
 */
final class Survey {

  private final ParsedRequest request;
  private final RoutingContext context;
  private final Constraints constraints;
  private final ForecastLimits limits;
  private final OutputLengthPredictor outputs;
  private final PromptMeter meter;
  private final Map<String, Refusal> excluded = new LinkedHashMap<>();

  Survey(
      ParsedRequest request,
      RoutingContext context,
      Constraints constraints,
      OutputLengthPredictor outputs,
      PromptMeter meter) {
    this.request = request;
    this.context = context;
    this.constraints = constraints;
    this.limits =
        new ForecastLimits(
            new Overload(context.routing().state()), constraints, request.serviceClass());
    this.outputs = outputs;
    this.meter = meter;
  }

  /** Returns whether the request was promised not to cost more than a price. */
  boolean promisesPrice() {
    return constraints.maxPrice() != null;
  }

  /**
   * Returns why models and variants were ruled out, by target, in the order they were looked at.
   */
  Map<String, Refusal> excluded() {
    return excluded;
  }

  /** The models that may serve, in the order of the wishes; notes the names that led nowhere. */
  List<ModelOption> options(Wishes wishes) {
    wishes.unknown().forEach(this::exclude);
    return wishes.models().stream().map(this::option).flatMap(Optional::stream).toList();
  }

  /** Notes what was ruled out elsewhere. */
  void exclude(String name, Refusal refusal) {
    excluded.putIfAbsent(name, refusal);
  }

  /** The model as far as the constraints leave it; empty if they rule it out. */
  Optional<ModelOption> option(Wish wish) {
    ModelSpec spec = wish.spec();
    return switch (ModelFit.of(request, spec, meter)) {
      case ModelFit.Misfit(Refusal refusal) -> {
        exclude(new Target(spec.getName(), wish.variant()).toString(), refusal);
        yield Optional.empty();
      }
      case ModelFit.Fits fit -> option(wish, fit);
    };
  }

  private Optional<ModelOption> option(Wish wish, ModelFit.Fits fit) {
    List<Forecast> left = new ArrayList<>();
    for (ModelCandidate candidate : candidates(wish)) {
      Optional<Refusal> refusal = constraints.refuse(candidate);
      Forecast forecast = forecast(wish, candidate, fit);
      refusal = refusal.or(() -> limits.refuse(forecast));
      if (refusal.isPresent()) {
        exclude(candidate.target().toString(), refusal.get());
      } else {
        left.add(forecast);
      }
    }
    if (left.isEmpty()) {
      return Optional.empty();
    }
    Forecast first = left.getFirst();
    for (Forecast each : left) {
      first = readiness(each) > readiness(first) ? each : first;
    }
    Forecast taken = first;
    return Optional.of(
        new ModelOption(
            taken,
            left.stream()
                .filter(
                    each -> !each.target().equals(taken.target()) && each.availability().usable())
                .toList()));
  }

  /** Takes the first of equally ready variants, which is the request's own. */
  private static int readiness(Forecast forecast) {
    return (forecast.availability().usable() ? 2 : 0) + (forecast.timing().served() ? 1 : 0);
  }

  private List<ModelCandidate> candidates(Wish wish) {
    ModelSpec spec = wish.spec();
    if (wish.variant() != null) {
      Optional<ModelVariant> named = VariantOrder.named(spec, wish.variant());
      if (named.isEmpty()) {
        exclude(new Target(spec.getName(), wish.variant()).toString(), noVariant(wish));
      }
      return named.map(variant -> new ModelCandidate(spec, variant)).stream().toList();
    }
    if (spec.getVariants().isEmpty()) {
      return List.of(new ModelCandidate(spec, null));
    }
    List<ModelVariant> variants =
        VariantOrder.of(
            spec, context.routing().state().rollout(spec.getName()), request.request().getId());
    if (variants.isEmpty()) {
      exclude(
          spec.getName(),
          new Refusal(
              RefusalCode.NO_ACTIVE_VARIANT,
              "model",
              "model %s has no active variant with a weight; activate one or name another model"
                  .formatted(spec.getName())));
    }
    return variants.stream().map(variant -> new ModelCandidate(spec, variant)).toList();
  }

  private static Refusal noVariant(Wish wish) {
    return new Refusal(
        RefusalCode.UNKNOWN_VARIANT,
        "model",
        "model %s has no variant '%s', or it is retired; its variants are %s"
            .formatted(
                wish.spec().getName(),
                wish.variant(),
                wish.spec().getVariants().stream().map(ModelVariant::getName).toList()));
  }

  private Forecast forecast(Wish wish, ModelCandidate candidate, ModelFit.Fits fit) {
    Optional<TargetStatus> status = context.fleet().status(candidate.target(), context.now());
    long output =
        outputs.predict(request.request().getTenant(), candidate.spec().getName(), fit.maxOutput());
    Double quality = QualityScore.of(candidate, constraints.domain()).orElse(null);
    return new Forecast(
        wish,
        candidate,
        fit,
        output,
        Prices.of(candidate, context.now()),
        quality,
        quality,
        Timing.of(status, request.serviceClass(), fit.prompt().total(), output),
        Availability.of(status, request.request().getId()));
  }
}
