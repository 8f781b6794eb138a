package io.penstock.streams.control.rollout;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.Evaluation.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The answers of both variants to the same questions. Holds an answer only until its counterpart is
 * there. This class is not thread-safe.
 */
public final class EvaluationResults {

  private final EvaluationIds ids;
  private final List<Item> items;
  private final Map<Integer, InferenceResult> olds = new HashMap<>();
  private final Map<Integer, InferenceResult> news = new HashMap<>();
  private final Set<Integer> answered = new HashSet<>();
  private final List<Double> newScores = new ArrayList<>();
  private final List<Double> oldScores = new ArrayList<>();
  private final List<Double> oldMillis = new ArrayList<>();
  private final List<Double> newMillis = new ArrayList<>();
  private double oldCost;
  private double newCost;

  /**
   * @param since when the evaluation began
   */
  public EvaluationResults(Rollout rollout, Instant since) {
    this.ids = EvaluationIds.of(rollout, since);
    this.items = rollout.evaluation() == null ? List.of() : rollout.evaluation().items();
  }

  /** Takes a result, if it is of this evaluation. */
  public void add(InferenceResult result) {
    Optional<EvaluationIds.Asked> asked = ids.read(result.getId());
    if (result.getRepetition().isPresent()
        || asked.isEmpty()
        || answered.contains(asked.get().item())) {
      return;
    }
    int item = asked.get().item();
    (asked.get().ofNew() ? news : olds).put(item, result);
    if (olds.containsKey(item) && news.containsKey(item)) {
      answered.add(item);
      compare(item, olds.remove(item), news.remove(item));
    }
  }

  private void compare(int item, InferenceResult old, InferenceResult fresh) {
    Optional<Answer> before = answer(old);
    Optional<Answer> now = answer(fresh);
    String expected = item < items.size() ? items.get(item).expected() : null;
    if (expected != null) {
      newScores.add(now.filter(each -> each.holds(expected)).isPresent() ? 1.0 : 0.0);
      oldScores.add(before.filter(each -> each.holds(expected)).isPresent() ? 1.0 : 0.0);
    } else if (before.isPresent()) {
      OptionalDouble agreement =
          now.isPresent() ? Answer.agreement(before.get(), now.get()) : OptionalDouble.of(0);
      agreement.ifPresent(newScores::add);
    }
    if (before.isPresent() && now.isPresent()) {
      engineMillis(old).ifPresent(oldMillis::add);
      engineMillis(fresh).ifPresent(newMillis::add);
      if (old.getCost().isPresent() && fresh.getCost().isPresent()) {
        oldCost += old.getCost().get();
        newCost += fresh.getCost().get();
      }
    }
  }

  private static Optional<Answer> answer(InferenceResult result) {
    return result.getStatus() == TerminalStatus.SUCCEEDED
        ? result.getBody().flatMap(Answer::read)
        : Optional.empty();
  }

  private static Optional<Double> engineMillis(InferenceResult result) {
    return result
        .getStartedAt()
        .flatMap(
            start ->
                result
                    .getEngineFinishedAt()
                    .map(end -> Duration.between(start, end).toNanos() / 1e6));
  }

  public EvaluationFigures figures() {
    OptionalDouble before = median(oldMillis);
    OptionalDouble now = median(newMillis);
    return new EvaluationFigures(
        answered.size(),
        newScores.size(),
        mean(newScores),
        mean(oldScores),
        before.isPresent() && now.isPresent()
            ? OptionalDouble.of(now.getAsDouble() / Math.max(0.1, before.getAsDouble()))
            : OptionalDouble.empty(),
        oldCost > 0 ? OptionalDouble.of(newCost / oldCost) : OptionalDouble.empty());
  }

  private static OptionalDouble mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average();
  }

  private static OptionalDouble median(List<Double> values) {
    return values.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(values.stream().sorted().toList().get(values.size() / 2));
  }
}
