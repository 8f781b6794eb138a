package io.penstock.streams.score.model;

import io.penstock.schemas.ModelChoice;
import io.penstock.streams.score.candidate.Wish;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers why a choice was made and what it took from the request, and tells it in the words of the
 * contract. An instance serves one request on one thread.
 */
final class Explanation {

  private static final int MOST_PASSED_OVER = 3;

  /** Entries of each map that explains a choice. */
  private static final int MOST_EXPLAINED = 16;

  private static final int MOST_REASON = 600;

  private final List<Ranking> ranked;
  private final Map<String, Refusal> excluded;
  private final List<String> parts = new ArrayList<>();
  private final List<String> degradations = new ArrayList<>();
  private Optional<ExperimentAssignment.Assigned> assignment = Optional.empty();

  /**
   * @param ranked all options, the best first
   * @param excluded why others were ruled out, by target
   */
  Explanation(List<Ranking> ranked, Map<String, Refusal> excluded) {
    this.ranked = ranked;
    this.excluded = excluded;
  }

  /** Tells that the best by preference was taken. */
  void preferred(Preference preference) {
    Ranking best = ranked.getFirst();
    Wish wish = best.first().wish();
    parts.add(wish.how());
    if (ranked.size() > 1) {
      switch (preference) {
        case Preference.Order() -> {}
        case Preference.Price() -> parts.add("lowest predicted price of " + ranked.size());
        case Preference.Latency() -> parts.add("shortest predicted wait of " + ranked.size());
        case Preference.Throughput() -> parts.add("fastest generation of " + ranked.size());
        case Preference.Quality() -> parts.add("highest expected quality of " + ranked.size());
        case Preference.ByGoal goal ->
            parts.add(
                best.goodEnough()
                    ? "cheapest of %d that is good enough for the prompt".formatted(ranked.size())
                    : "best of %d that can serve now".formatted(ranked.size()));
      }
    }
    passedOver(best);
    if (wish.fallback() && ranked.stream().allMatch(Explanation::fallback)) {
      excluded.entrySet().stream()
          .limit(1)
          .forEach(
              each -> parts.add("%s: %s".formatted(each.getKey(), each.getValue().code().code())));
    }
  }

  private static boolean fallback(Ranking ranking) {
    return ranking.first().wish().fallback();
  }

  /** Names the options that would have gone first if they could serve in time. */
  private void passedOver(Ranking best) {
    ranked.stream()
        .filter(each -> each.tier() > Math.max(best.tier(), 2))
        .limit(MOST_PASSED_OVER)
        .forEach(each -> parts.add(each.first().target() + " " + trouble(each)));
  }

  private static String trouble(Ranking ranking) {
    Forecast forecast = ranking.first();
    if (!forecast.availability().usable()) {
      return forecast.availability().reason();
    }
    return forecast.timing().served()
        ? "would not be done by the deadline"
        : "has no worker at the moment";
  }

  /** Tells that an arm of an experiment was taken. */
  void assigned(ExperimentAssignment.Assigned assigned) {
    assignment = Optional.of(assigned);
    parts.add(assigned.option().first().wish().how());
  }

  /** Tells that the cheapest was taken instead of the best. */
  void saved(Saving saving) {
    degradations.add(saving.step());
    parts.add(
        "%s of %s: cheapest instead of %s"
            .formatted(
                saving.step(),
                saving.cheapest().first().wish().how(),
                saving.best().first().target()));
  }

  /** Tells that overload leaves each sequence only so many tokens. */
  void capped(long outputTokens) {
    degradations.add("output_capped:" + outputTokens);
  }

  /** Tells why the request has to wait for what was chosen, if it has to. */
  void waits(Forecast chosen) {
    if (!chosen.availability().usable()) {
      parts.add("waits for it: " + chosen.availability().reason());
    } else if (!chosen.timing().served()) {
      parts.add("waits for a worker: none serves it at the moment");
    }
  }

  /** Tells that the request waits for cheaper hours. */
  void deferred(PriceHours.Cheaper cheaper) {
    parts.add(
        String.format(
            Locale.ROOT,
            "deferred to %s, when prices are %s times the usual",
            cheaper.at(),
            cheaper.factor()));
  }

  /** Adds the explanation to what was chosen. */
  ModelChoice.Builder explain(ModelChoice.Builder choice) {
    return choice
        .setReason(Abbreviated.of(String.join("; ", parts), MOST_REASON))
        .setAlternatives(scores())
        .setExperiment(assignment.map(each -> each.experiment().name()).orElse(null))
        .setArm(assignment.map(each -> each.arm().name()).orElse(null))
        .setExperimentUnit(assignment.map(ExperimentAssignment.Assigned::unit).orElse(null))
        .setExcluded(exclusions())
        .setDegradations(List.copyOf(degradations));
  }

  private Map<String, Double> scores() {
    Map<String, Double> scores = new LinkedHashMap<>();
    ranked.stream()
        .limit(MOST_EXPLAINED)
        .forEach(each -> scores.putIfAbsent(each.first().target().toString(), each.roundedScore()));
    return scores;
  }

  private Map<String, String> exclusions() {
    Map<String, String> reasons = new LinkedHashMap<>();
    excluded.entrySet().stream()
        .limit(MOST_EXPLAINED)
        .forEach(each -> reasons.put(each.getKey(), SelectionRefusals.text(each.getValue())));
    return reasons;
  }
}
