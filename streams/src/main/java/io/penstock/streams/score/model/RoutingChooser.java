package io.penstock.streams.score.model;

import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.candidate.Constraints;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.candidate.Wishes;
import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.PromptTexts;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
 *   <li>Order by the {@link Preference} ({@link Ranking}); the prompt's complexity is looked at
 *       only where candidates differ in quality and it matters.
 *   <li>Experiments, then what overload or a soft budget takes, then cheaper hours.
 * </ol>
 *
 * <p>Equal arguments give equal selections, but for two things that it learns: lengths of outputs,
 * and, where cost budgets follow the prompts, the gains of recent prompts.
 */
public final class RoutingChooser implements ModelChooser {

  static final String BUDGET_SOFT = "budget_soft";

  private final OutputLengthPredictor outputs;
  private final Complexity complexity;
  private final ServiceLevels levels;
  private final SelectionWriter writer;

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
    this.writer = new SelectionWriter(modelPartitions);
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
    Survey survey =
        new Survey(
            request,
            context,
            Constraints.of(request.request(), tenant, wishes.policy()),
            outputs,
            meter);
    wishes.unknown().forEach(survey::exclude);
    List<ModelOption> options =
        wishes.models().stream().map(survey::option).flatMap(Optional::stream).toList();
    if (options.isEmpty()) {
      return new ModelSelection.NotChosen(SelectionRefusals.of(request, survey.excluded()));
    }
    options = longEnough(request, options);
    Preference preference =
        Preference.of(request, wishes, tenant, complexity.thresholds().byDefault());
    Optional<ComplexityEstimate> estimate = estimate(request, wishes, options, preference);
    options = expected(options, estimate);
    options = goodForAlias(options, wishes.policy(), survey);
    List<Ranking> ranked = Ranking.of(options, terms(request, context, preference, estimate));
    RoutingDecision decision =
        decide(
            request,
            context,
            wishes,
            survey,
            new Ranked(ranked, preference),
            otherModels(request, wishes, fallbacks),
            softBudget);
    return writer.chosen(request, context, decision);
  }

  /** Options in order, and by what. */
  private record Ranked(List<Ranking> all, Preference preference) {
    Ranking best() {
      return all.getFirst();
    }
  }

  /** What the prompt's complexity says, where that matters to the choice. */
  private Optional<ComplexityEstimate> estimate(
      ParsedRequest request, Wishes wishes, List<ModelOption> options, Preference preference) {
    AliasPolicy policy = wishes.policy();
    boolean matters =
        switch (preference) {
          case Preference.ByGoal goal -> true;
          case Preference.Quality() -> true;
          case Preference.Order(), Preference.Price(), Preference.Latency() -> false;
          case Preference.Throughput() -> false;
        };
    if (!(matters || (policy != null && policy.minQuality() != null))
        || !request.endpoint().generates()
        || !Positions.of(options).differ()) {
      return Optional.empty();
    }
    String text = PromptTexts.of(request.body());
    return Optional.of(
        text.isBlank() ? complexity.ofMeanPrompt() : complexity.predictor().estimate(text));
  }

  private List<ModelOption> expected(
      List<ModelOption> options, Optional<ComplexityEstimate> estimate) {
    if (estimate.isEmpty()) {
      return options;
    }
    Positions positions = Positions.of(options);
    return options.stream()
        .map(
            option ->
                new ModelOption(
                    expected(option.first(), positions, estimate.get()),
                    option.failover().stream()
                        .map(each -> expected(each, positions, estimate.get()))
                        .toList()))
        .toList();
  }

  private Forecast expected(Forecast forecast, Positions positions, ComplexityEstimate estimate) {
    return forecast.quality() == null
        ? forecast
        : forecast.withExpectedQuality(
            complexity.expectedQuality(forecast.quality(), positions.of(forecast), estimate));
  }

  /**
   * Those that an alias's least expected quality leaves. A prompt too hard for all of them goes to
   * the best rather than nowhere: the limit is on the choice, not on what may be asked.
   */
  private static List<ModelOption> goodForAlias(
      List<ModelOption> options, @Nullable AliasPolicy policy, Survey survey) {
    Double least = policy == null ? null : policy.minQuality();
    if (least == null) {
      return options;
    }
    double enough =
        Math.min(
            least,
            options.stream().mapToDouble(option -> expectedOr(option.first(), 0)).max().orElse(0));
    List<ModelOption> good = new ArrayList<>();
    for (ModelOption option : options) {
      if (expectedOr(option.first(), 0) >= enough) {
        good.add(
            new ModelOption(
                option.first(),
                option.failover().stream().filter(each -> expectedOr(each, 0) >= enough).toList()));
      } else {
        String name = option.first().target().toString();
        survey.exclude(
            name,
            new Refusal(
                RefusalCode.MIN_QUALITY_NOT_MET,
                "model",
                String.format(
                    Locale.ROOT,
                    "model '%s' has an expected quality of %.3f, below the %s of '%s'",
                    name,
                    expectedOr(option.first(), 0),
                    least,
                    policy.name())));
      }
    }
    return good;
  }

  private static double expectedOr(Forecast forecast, double otherwise) {
    return forecast.expectedQuality() == null ? otherwise : forecast.expectedQuality();
  }

  private Ranking.Terms terms(
      ParsedRequest request,
      RoutingContext context,
      Preference preference,
      Optional<ComplexityEstimate> estimate) {
    Instant deadline = deadline(request);
    Double gain = estimate.map(ComplexityEstimate::gain).orElse(null);
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

  private RoutingDecision decide(
      ParsedRequest request,
      RoutingContext context,
      Wishes wishes,
      Survey survey,
      Ranked ranked,
      boolean otherModels,
      boolean softBudget) {
    Overload overload = new Overload(context.routing().state());
    List<String> degradations = new ArrayList<>();
    Ranking taken = ranked.best();
    Optional<RoutingDecision.Assigned> assigned = Optional.empty();
    Optional<String> saving = saving(wishes, overload, taken, softBudget);
    Reasons reasons = new Reasons();
    if (saving.isPresent()) {
      Ranking cheapest = cheapest(ranked.all());
      if (cheapest.first().price() < taken.first().price()) {
        reasons.saved(saving.get(), taken, cheapest);
        degradations.add(saving.get());
        taken = cheapest;
      }
    } else {
      assigned =
          new ExperimentAssignment(request, context, wishes, survey, otherModels).assign(taken);
    }
    ModelOption option = assigned.isPresent() ? assigned.get().option() : taken.serves();
    if (assigned.isPresent()) {
      reasons.assigned(assigned.get());
    } else if (degradations.isEmpty()) {
      reasons.preferred(ranked.preference(), ranked.all(), survey.excluded());
    }
    Forecast chosen = option.first();
    ModelCandidate candidate = chosen.candidate();
    OptionalLong limit = overload.outputLimit(candidate.spec().getName(), request);
    if (limit.isPresent()
        && limit.getAsLong() * request.body().sequences() < chosen.fit().maxOutput()) {
      chosen = chosen.within(limit.getAsLong() * request.body().sequences());
      degradations.add("output_capped:" + limit.getAsLong());
    } else {
      limit = promised(request, survey, chosen);
    }
    Optional<PriceHours.Cheaper> cheaper =
        OffPeak.next(request, wishes.policy(), chosen, deadline(request), context.now());
    reasons.waits(chosen);
    cheaper.ifPresent(reasons::deferred);
    return new RoutingDecision(
        chosen,
        option.failover(),
        ranked.all(),
        survey.excluded(),
        reasons.toString(),
        assigned,
        limit,
        cheaper,
        List.copyOf(degradations));
  }

  /** Models that must refuse, or cut, what the body asks for only where no other serves. */
  private static List<ModelOption> longEnough(ParsedRequest request, List<ModelOption> options) {
    if (!request.endpoint().generates() || request.body().maxTokens().isEmpty()) {
      return options;
    }
    long asked = request.body().maxTokens().getAsLong();
    List<ModelOption> enough =
        options.stream()
            .filter(each -> each.first().fit().maxOutput() / request.body().sequences() >= asked)
            .toList();
    return enough.isEmpty() ? options : enough;
  }

  /**
   * The limit that a price was promised with, which an engine does not know of otherwise. None
   * where the window leaves no margin for a prompt that was counted too short: an engine would
   * refuse the request, and the window limits the output there anyway.
   */
  private static OptionalLong promised(ParsedRequest request, Survey survey, Forecast chosen) {
    if (!survey.promisesPrice() || !request.endpoint().generates()) {
      return OptionalLong.empty();
    }
    long each = Math.max(1, chosen.fit().maxOutput() / request.body().sequences());
    double longest = chosen.fit().prompt().longest() * (1 + ModelFit.COUNT_TOLERANCE);
    boolean fits = Math.ceil(longest) + each <= chosen.candidate().spec().getContextWindow();
    return fits && each < request.body().maxTokens().orElse(Long.MAX_VALUE)
        ? OptionalLong.of(each)
        : OptionalLong.empty();
  }

  /** Why the cheapest is to be taken instead of the best, if it is. */
  private static Optional<String> saving(
      Wishes wishes, Overload overload, Ranking best, boolean softBudget) {
    if (!wishes.open()) {
      return Optional.empty();
    }
    if (softBudget) {
      return Optional.of(BUDGET_SOFT);
    }
    return overload.prefersCheaper(best.first().candidate().spec().getName())
        ? Optional.of(Overload.CHEAPER_MODEL)
        : Optional.empty();
  }

  /** The cheapest of those that are as able to serve as the best. */
  private static Ranking cheapest(List<Ranking> ranked) {
    boolean ready = ranked.getFirst().ready();
    return ranked.stream()
        .filter(each -> each.ready() == ready)
        .min(
            Comparator.comparingDouble((Ranking each) -> each.first().price())
                .thenComparing(Comparator.comparingDouble(Ranking::score).reversed()))
        .orElseThrow();
  }

  /**
   * Whether an experiment may send a request to a model that it neither names nor lists: it named
   * one alone and accepts fallbacks, or left everything open.
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
