package io.penstock.streams.score.model;

import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.candidate.Wish;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.request.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Gathers why a choice was made, for a person. For one request, by one thread. */
final class Reasons {

  private static final int MOST_PASSED_OVER = 3;

  private final List<String> parts = new ArrayList<>();

  /** The best by preference. */
  void preferred(Preference preference, List<Ranking> ranked, Map<String, Refusal> excluded) {
    Ranking best = ranked.getFirst();
    Wish wish = best.first().candidate().wish();
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
    passedOver(best, ranked);
    if (wish.fallback() && ranked.stream().allMatch(Reasons::fallback)) {
      excluded.entrySet().stream()
          .limit(1)
          .forEach(
              each -> parts.add("%s: %s".formatted(each.getKey(), each.getValue().code().code())));
    }
  }

  private static boolean fallback(Ranking ranking) {
    return ranking.first().candidate().wish().fallback();
  }

  /** Those that would have gone before if they could serve in time. */
  private void passedOver(Ranking best, List<Ranking> ranked) {
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

  /** An arm of an experiment. */
  void assigned(RoutingDecision.Assigned assigned) {
    parts.add(assigned.option().first().candidate().wish().how());
  }

  /** The cheapest instead of the best. */
  void saved(String step, Ranking best, Ranking cheapest) {
    Target instead = best.first().target();
    parts.add(
        "%s of %s: cheapest instead of %s"
            .formatted(step, cheapest.first().candidate().wish().how(), instead));
  }

  /** It can serve only later. */
  void waits(Forecast chosen) {
    if (!chosen.availability().usable()) {
      parts.add("waits for it: " + chosen.availability().reason());
    } else if (!chosen.timing().served()) {
      parts.add("waits for a worker: none serves it at the moment");
    }
  }

  /** It waits for cheaper hours. */
  void deferred(PriceHours.Cheaper cheaper) {
    parts.add(
        String.format(
            Locale.ROOT,
            "deferred to %s, when prices are %s times the usual",
            cheaper.at(),
            cheaper.factor()));
  }

  @Override
  public String toString() {
    return String.join("; ", parts);
  }
}
