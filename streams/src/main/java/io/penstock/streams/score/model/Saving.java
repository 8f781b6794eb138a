package io.penstock.streams.score.model;

import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.streams.score.candidate.Wishes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The cheapest model instead of the best, where a budget or overload asks for it. Requests that
 * name their model are left alone, and nobody is sent to a model that is less able to serve.
 *
 * @param step what asks for it, as the result's degradations call it
 * @param best what would have served otherwise
 * @param cheapest the cheapest, perhaps the best itself
 */
record Saving(String step, Ranking best, Ranking cheapest) {

  private static final String BUDGET_SOFT = "budget_soft";

  /** The saving that is asked for; empty if none is. */
  static Optional<Saving> of(
      Wishes wishes, Overload overload, List<Ranking> ranked, boolean softBudget) {
    if (!wishes.open()) {
      return Optional.empty();
    }
    Ranking best = ranked.getFirst();
    if (softBudget) {
      return Optional.of(new Saving(BUDGET_SOFT, best, cheapest(ranked)));
    }
    return overload.prefersCheaper(best.first().candidate().spec().getName())
        ? Optional.of(
            new Saving(DegradationLadder.Action.CHEAPER_MODEL.toString(), best, cheapest(ranked)))
        : Optional.empty();
  }

  /** Returns whether the cheapest costs less than the best. */
  boolean saves() {
    return cheapest.first().price() < best.first().price();
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
}
