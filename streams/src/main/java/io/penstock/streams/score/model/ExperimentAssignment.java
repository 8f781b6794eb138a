package io.penstock.streams.score.model;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.assignment.ExperimentArms;
import io.penstock.streams.score.candidate.Wish;
import io.penstock.streams.score.candidate.Wishes;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Assigns a request to an arm of a running experiment. An experiment is about the name that the
 * request used, or the model it means; one whose arms are variants of a single model is also about
 * requests for which that model was chosen otherwise.
 *
 * <p>A request takes no part, and is chosen for as if there were no experiment, if it names a
 * variant, if its arm's target breaks one of its constraints or is not among the models that it
 * accepts, or if that target cannot serve now.
 *
 * @param otherModels whether models may serve it that it neither names nor lists
 */
record ExperimentAssignment(
    ParsedRequest request,
    RoutingContext context,
    Wishes wishes,
    Survey survey,
    boolean otherModels) {

  /**
   * The arm that a request was assigned to.
   *
   * @param unit what was assigned as one
   * @param option what the arm's target offers
   */
  record Assigned(Experiment experiment, Experiment.Arm arm, String unit, ModelOption option) {}

  Optional<Assigned> assign(Ranking best) {
    Wish wish = best.first().wish();
    if (wish.variant() != null) {
      return Optional.empty();
    }
    Stream<Experiment> byName = context.routing().running(request.model()).stream();
    ModelSpec named = context.catalog().resolve(request.model()).orElse(null);
    Stream<Experiment> byModel =
        named == null || named.getName().equals(request.model())
            ? Stream.empty()
            : context.routing().running(named.getName()).stream();
    String model = wish.spec().getName();
    Stream<Experiment> byChoice =
        context.routing().running(model).stream()
            .filter(experiment -> ofOneModel(experiment, model));
    return Stream.of(byName, byModel, byChoice)
        .flatMap(each -> each)
        .flatMap(experiment -> assign(experiment).stream())
        .findFirst();
  }

  private Optional<Assigned> assign(Experiment experiment) {
    String unit = ExperimentArms.unit(experiment, request.request()).orElse("");
    return ExperimentArms.of(experiment, request.request())
        .flatMap(
            arm ->
                option(experiment, arm).map(option -> new Assigned(experiment, arm, unit, option)));
  }

  private Optional<ModelOption> option(Experiment experiment, Experiment.Arm arm) {
    Target target = arm.target();
    return context
        .catalog()
        .resolve(target.model())
        .filter(this::accepted)
        .map(
            spec ->
                new Wish(
                    spec,
                    target.variant(),
                    0,
                    false,
                    "arm %s of experiment %s".formatted(arm.name(), experiment.name())))
        .flatMap(survey::option)
        .filter(option -> option.first().availability().usable())
        .filter(option -> option.first().timing().served());
  }

  /**
   * Returns whether the request accepts the model: it lists it, or leaves the choice open enough.
   */
  private boolean accepted(ModelSpec spec) {
    return otherModels
        || wishes.models().stream().anyMatch(wish -> wish.spec().getName().equals(spec.getName()));
  }

  private static boolean ofOneModel(Experiment experiment, String model) {
    return experiment.arms().stream()
        .allMatch(arm -> arm.target().model().equals(model) && arm.target().variant() != null);
  }
}
