package io.penstock.streams.control.rollout;

import io.penstock.schemas.policies.RolloutTransitions;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** A rollout's figures by name, as {@link Rollout#figures} has them. */
public final class Figures {

  /** How many pairs of requests were asked in shadow. */
  public static final String EVALUATION_ITEMS = "evaluation_items";

  private static final String EVALUATION = "evaluation_";

  private Figures() {}

  /** The rollout with the number of pairs of requests that were asked in shadow. */
  public static Rollout withEvaluationItems(Rollout rollout, int items) {
    Map<String, Double> figures = new TreeMap<>(rollout.figures());
    figures.put(EVALUATION_ITEMS, (double) items);
    return RolloutTransitions.withFigures(rollout, figures);
  }

  /** Returns what is seen now, and what was seen of the evaluation. */
  static Map<String, Double> of(Rollout rollout, RolloutSight sight) {
    Map<String, Double> figures = new TreeMap<>();
    rollout
        .figures()
        .forEach(
            (name, value) -> {
              if (name.startsWith(EVALUATION)) {
                figures.put(name, value);
              }
            });
    if (rollout.state() == State.EVALUATING) {
      evaluation(figures, sight.evaluation());
    }
    figures.put("workers", (double) sight.workers());
    if (rollout.state() == State.SHIFTING || rollout.state() == State.COMPLETING) {
      variant(figures, "old_", sight.old());
      variant(figures, "new_", sight.fresh());
    }
    if (rollout.state() == State.COMPLETING) {
      figures.put("old_waiting", (double) sight.drain().waiting());
      figures.put("old_leased", (double) sight.drain().leased());
      figures.put("old_silent_partitions", (double) sight.drain().silent());
    }
    return figures;
  }

  private static void evaluation(Map<String, Double> figures, EvaluationFigures evaluation) {
    figures.put(EVALUATION + "answered", (double) evaluation.answered());
    put(figures, EVALUATION + "new_score", evaluation.newScore());
    put(figures, EVALUATION + "old_score", evaluation.oldScore());
    put(figures, EVALUATION + "latency_ratio", evaluation.latencyRatio());
    put(figures, EVALUATION + "cost_ratio", evaluation.costRatio());
  }

  private static void variant(Map<String, Double> figures, String prefix, VariantFigures of) {
    figures.put(prefix + "results", (double) of.results());
    figures.put(prefix + "errors", (double) of.errors());
    put(figures, prefix + "median_first_token_ms", of.medianFirstTokenMillis());
    put(figures, prefix + "feedback", of.feedback());
  }

  private static void put(Map<String, Double> figures, String name, OptionalDouble value) {
    value.ifPresent(figure -> figures.put(name, Math.round(figure * 1e4) / 1e4));
  }
}
