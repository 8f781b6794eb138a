package io.penstock.streams.score.model;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.candidate.Constraints;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.candidate.Wishes;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the cheapest model that is good enough and in time, within what the request, its tenant
 * and its alias say.
 *
 * <ol>
 *   <li>The tenant's budgets.
 *   <li>Candidates by name ({@link Wishes}), and for each its variants in order.
 *   <li>Filters, each with a reason: {@link Constraints} and what {@link Survey} predicts.
 *   <li>The quality to expect for this prompt ({@link ExpectedQuality}).
 *   <li>Order by the {@link Preference} ({@link Ranking}).
 *   <li>The cheapest instead, if overload or a soft budget asks for it ({@link Saving}), else an
 *       arm of an experiment ({@link ExperimentAssignment}), else the best.
 *   <li>The limit of output ({@link OutputLimits}), and cheaper hours ({@link OffPeak}).
 *   <li>{@link FailoverTargets}, and the {@link Explanation}.
 * </ol>
 *
 * <p>Equal arguments give equal selections, but for two things that it learns: lengths of outputs,
 * and, where cost budgets follow the prompts, the gains of recent prompts.
 */
public final class RoutingChooser implements ModelChooser {

  private final OutputLengthPredictor outputs;
  private final Complexity complexity;
  private final ServiceLevels levels;
  private final int modelPartitions;

  /**
   * @param modelPartitions the number of partitions of the work topics
   */
  public RoutingChooser(
      OutputLengthPredictor outputs,
      Complexity complexity,
      ServiceLevels levels,
      int modelPartitions) {
    this.outputs = outputs;
    this.complexity = complexity;
    this.levels = levels;
    this.modelPartitions = modelPartitions;
  }

  @Override
  public ModelSelection choose(ParsedRequest request, RoutingContext context, PromptMeter meter) {
    RoutingState routing = context.routing().state();
    String name = request.request().getTenant();
    Optional<TenantPolicy> tenant = routing.tenant(name);
    BudgetState budget =
        BudgetState.of(name, tenant, routing.spend(name), context.committed(name), context.now());
    return switch (budget) {
      case BudgetState.Exceeded(Refusal refusal) -> new ModelSelection.NotChosen(refusal);
      case BudgetState.Soft() -> within(request, context, meter, tenant, true);
      case BudgetState.Within() -> within(request, context, meter, tenant, false);
    };
  }

  private ModelSelection within(
      ParsedRequest request,
      RoutingContext context,
      PromptMeter meter,
      Optional<TenantPolicy> tenant,
      boolean softBudget) {
    boolean fallbacks = tenant.map(TenantPolicy::allowFallbacks).orElse(true);
    Wishes wishes = Wishes.of(request, context.catalog(), context.routing().state(), fallbacks);
    Constraints constraints = Constraints.of(request.request(), tenant, wishes.policy());
    Survey survey = new Survey(request, context, constraints, outputs, meter);
    List<ModelOption> options = survey.options(wishes);
    if (options.isEmpty()) {
      return new ModelSelection.NotChosen(SelectionRefusals.of(request, survey.excluded()));
    }
    Preference preference =
        Preference.of(request, wishes, tenant, complexity.thresholds().byDefault());
    List<Ranking> ranked = rank(request, context, wishes, survey, options, preference);
    Explanation explanation = new Explanation(ranked, survey.excluded());
    Overload overload = new Overload(context.routing().state());
    Optional<Saving> saving = Saving.of(wishes, overload, ranked, softBudget);
    Optional<ExperimentAssignment.Assigned> assigned =
        saving.isPresent()
            ? Optional.empty()
            : new ExperimentAssignment(
                    request, context, wishes, survey, otherModels(request, wishes, fallbacks))
                .assign(ranked.getFirst());
    ModelOption option = take(ranked, preference, saving, assigned, explanation);
    OutputLimits limits = new OutputLimits(request);
    Forecast chosen = option.first();
    OptionalLong limit = limits.capped(overload, chosen);
    if (limit.isPresent()) {
      chosen = chosen.within(limits.ofAllSequences(limit.getAsLong()));
      explanation.capped(limit.getAsLong());
    } else {
      limit = limits.promised(survey, chosen);
    }
    Optional<PriceHours.Cheaper> cheaper =
        OffPeak.next(request, wishes.policy(), chosen, deadline(request), context.now());
    explanation.waits(chosen);
    cheaper.ifPresent(explanation::deferred);
    List<ModelAlternative> alternatives =
        new FailoverTargets(
                request, context.routing().state(), chosen, limit.isPresent(), modelPartitions)
            .of(option.failover(), ranked);
    return selection(chosen, limit, cheaper, alternatives, explanation);
  }

  /** The cheapest where that saves something, an experiment's arm, or the best. */
  private static ModelOption take(
      List<Ranking> ranked,
      Preference preference,
      Optional<Saving> saving,
      Optional<ExperimentAssignment.Assigned> assigned,
      Explanation explanation) {
    if (saving.filter(Saving::saves).isPresent()) {
      explanation.saved(saving.get());
      return saving.get().cheapest().serves();
    }
    if (assigned.isPresent()) {
      explanation.assigned(assigned.get());
      return assigned.get().option();
    }
    explanation.preferred(preference);
    return ranked.getFirst().serves();
  }

  /** The options in order, the best first. */
  private List<Ranking> rank(
      ParsedRequest request,
      RoutingContext context,
      Wishes wishes,
      Survey survey,
      List<ModelOption> options,
      Preference preference) {
    ExpectedQuality quality =
        ExpectedQuality.of(
            request,
            new OutputLimits(request).longEnough(options),
            preference,
            wishes.policy(),
            complexity);
    return Ranking.of(
        quality.goodFor(wishes.policy(), survey),
        terms(request, context, preference, quality.gain()));
  }

  private Ranking.Terms terms(
      ParsedRequest request, RoutingContext context, Preference preference, @Nullable Double gain) {
    Instant deadline = deadline(request);
    double threshold =
        preference instanceof Preference.ByGoal(var goal, var owner) && gain != null
            ? complexity.thresholds().threshold(goal, owner, gain)
            : Double.NaN;
    return new Ranking.Terms(
        preference,
        request.request().getId(),
        levels.firstTokenBy(request.serviceClass(), request.acceptedAt(), deadline),
        deadline,
        context.now(),
        gain,
        threshold);
  }

  private Instant deadline(ParsedRequest request) {
    return levels.deadline(
        request.serviceClass(), request.acceptedAt(), request.request().getDeadline());
  }

  private static ModelSelection.Chosen selection(
      Forecast chosen,
      OptionalLong limit,
      Optional<PriceHours.Cheaper> cheaper,
      List<ModelAlternative> alternatives,
      Explanation explanation) {
    ModelCandidate candidate = chosen.candidate();
    Prices prices = cheaper.map(hours -> Prices.of(candidate, hours.at())).orElse(chosen.prices());
    Double firstToken = chosen.timing().firstTokenMillis();
    ModelChoice.Builder choice =
        ModelChoice.newBuilder()
            .setModel(candidate.spec().getName())
            .setVariant(candidate.target().variant())
            .setProvider(candidate.provider())
            .setExpectedQuality(chosen.expectedQuality())
            .setPredictedPrice(
                prices.known()
                    ? prices.of(chosen.fit().prompt().total(), chosen.outputTokens())
                    : null)
            .setPredictedWaitMillis(firstToken == null ? null : Math.round(firstToken));
    return new ModelSelection.Chosen(
        explanation.explain(choice).build(),
        candidate.spec(),
        chosen.fit(),
        prices,
        limit,
        cheaper.map(PriceHours.Cheaper::at),
        alternatives);
  }

  /**
   * Returns whether an experiment may send a request to a model that it neither names nor lists: it
   * named one alone and accepts fallbacks, or left everything open.
   */
  private static boolean otherModels(ParsedRequest request, Wishes wishes, boolean fallbacks) {
    Optional<RoutingPreferences> routing = request.request().getRouting();
    if (!routing.map(RoutingPreferences::getModels).orElse(List.of()).isEmpty()) {
      return false;
    }
    return wishes.open()
        || routing.flatMap(RoutingPreferences::getAllowFallbacks).orElse(fallbacks);
  }
}
