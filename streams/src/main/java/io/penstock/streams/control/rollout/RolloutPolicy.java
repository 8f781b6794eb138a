package io.penstock.streams.control.rollout;

import io.penstock.schemas.policies.RolloutTransitions;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Rollout.Step;
import io.penstock.streams.control.rollout.RolloutMove.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Decides a rollout's next move: registered, warm, benchmarked in shadow, shifted step by step,
 * completed; or paused, or rolled back. A pure function of the rollout and what is seen of it.
 */
public final class RolloutPolicy {

  /**
   * The time it takes until every instance of score has seen that the old variant gets no more
   * requests.
   */
  static final Duration DRAIN_GRACE = Duration.ofSeconds(5);

  private final Rollout rollout;
  private final RolloutSight sight;
  private final Instant now;

  private RolloutPolicy(Rollout rollout, RolloutSight sight, Instant now) {
    this.rollout = rollout;
    this.sight = sight;
    this.now = now;
  }

  /** The next move; empty while there is nothing to write. */
  public static Optional<RolloutMove> decide(Rollout rollout, RolloutSight sight, Instant now) {
    return new RolloutPolicy(rollout, sight, now).decide();
  }

  private Optional<RolloutMove> decide() {
    return switch (rollout.state()) {
      case REGISTERED ->
          move(
              State.WARMING,
              -1,
              0,
              "waits for %d workers of %s".formatted(rollout.warm().minWorkers(), rollout.to()));
      case WARMING -> warming();
      case EVALUATING -> evaluating();
      case SHIFTING -> shifting();
      case COMPLETING -> completing();
      case PAUSED, COMPLETED, ROLLED_BACK -> Optional.empty();
    };
  }

  private Optional<RolloutMove> warming() {
    int wanted = rollout.warm().minWorkers();
    if (sight.workers() >= wanted && sight.unhealthy().isEmpty()) {
      String warm = "%d workers of %s are live".formatted(sight.workers(), rollout.to());
      return rollout.evaluation() == null ? firstStep(warm) : move(State.EVALUATING, -1, 0, warm);
    }
    if (!past(Duration.ofSeconds(rollout.warm().timeoutSeconds()))) {
      return Optional.empty();
    }
    String lack =
        sight
            .unhealthy()
            .map(why -> "%s is unhealthy: %s".formatted(rollout.to(), why))
            .orElse("%d of %d workers are live".formatted(sight.workers(), wanted));
    return pause("not warm after %d s: %s".formatted(rollout.warm().timeoutSeconds(), lack));
  }

  private Optional<RolloutMove> evaluating() {
    Evaluation evaluation = rollout.evaluation();
    if (evaluation == null) {
      return firstStep("there is nothing to evaluate");
    }
    Double asked = rollout.figures().get(Figures.EVALUATION_ITEMS);
    if (asked == null) {
      return Optional.of(new RolloutMove(rollout, "asks both variants in shadow", Effect.EVALUATE));
    }
    if (asked == 0) {
      return pause(
          "the log has no request of %s to replay; force it, or start it with stored items"
              .formatted(rollout.name()));
    }
    EvaluationFigures figures = sight.evaluation();
    if (figures.answered() < asked) {
      return past(Duration.ofSeconds(evaluation.timeoutSeconds()))
          ? pause(
              "%d of %.0f evaluation requests were answered by both variants within %d s"
                  .formatted(figures.answered(), asked, evaluation.timeoutSeconds()))
          : refresh();
    }
    Optional<String> shortfall = shortfall(evaluation, figures);
    return shortfall.isPresent()
        ? breach("evaluation: " + shortfall.get())
        : firstStep(passed(figures));
  }

  private static Optional<String> shortfall(Evaluation limits, EvaluationFigures figures) {
    Double score = limits.minScore();
    if (score != null && figures.newScore().isEmpty()) {
      return Optional.of("no answer could be scored");
    }
    if (score != null && figures.newScore().getAsDouble() < score) {
      return Optional.of(
          String.format(
              Locale.ROOT, "score %.3f below %.3f", figures.newScore().getAsDouble(), score));
    }
    return above("median time in the engine", figures.latencyRatio(), limits.maxLatencyRatio())
        .or(() -> above("mean cost", figures.costRatio(), limits.maxCostRatio()));
  }

  private static Optional<String> above(String what, OptionalDouble ratio, @Nullable Double most) {
    return most != null && ratio.isPresent() && ratio.getAsDouble() > most
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s %.2f times the old variant's, above %.2f",
                what,
                ratio.getAsDouble(),
                most))
        : Optional.empty();
  }

  private static String passed(EvaluationFigures figures) {
    return "evaluation passed on %d requests%s"
        .formatted(
            figures.answered(),
            figures.newScore().isPresent()
                ? String.format(Locale.ROOT, ", score %.3f", figures.newScore().getAsDouble())
                : "");
  }

  private Optional<RolloutMove> shifting() {
    Optional<String> broken = broken();
    if (broken.isPresent()) {
      return breach("at %d%%: %s".formatted(rollout.percent(), broken.get()));
    }
    int index = Math.clamp(rollout.step(), 0, rollout.steps().size() - 1);
    Step step = rollout.steps().get(index);
    if (!past(Duration.ofSeconds(step.minSeconds()))
        || sight.fresh().results() < step.minRequests()) {
      return refresh();
    }
    String held =
        "%d%% held for %d s with %d results"
            .formatted(
                step.percent(),
                Duration.between(since(), now).toSeconds(),
                sight.fresh().results());
    if (index + 1 == rollout.steps().size()) {
      return move(State.COMPLETING, index, 100, held + "; the old one drains");
    }
    return move(State.SHIFTING, index + 1, rollout.steps().get(index + 1).percent(), held);
  }

  /**
   * Completed means that the old variant's workers may be stopped. So there is no limit but the
   * requests' deadlines to how long it may take.
   */
  private Optional<RolloutMove> completing() {
    Optional<String> broken = broken();
    if (broken.isPresent()) {
      return breach("while the old one drained: " + broken.get());
    }
    if (!sight.drain().drained() || !past(DRAIN_GRACE)) {
      return refresh();
    }
    return move(State.COMPLETED, rollout.step(), 100, rollout.from() + " has drained")
        .map(done -> new RolloutMove(done.rollout(), done.reason(), Effect.COMPLETE));
  }

  private Optional<String> broken() {
    return sight
        .unhealthy()
        .map(why -> "%s is unhealthy: %s".formatted(rollout.to(), why))
        .or(
            () ->
                sight.known() && sight.workers() == 0 && rollout.warm().minWorkers() > 0
                    ? Optional.of("%s has no live worker".formatted(rollout.to()))
                    : Optional.empty())
        .or(() -> Breach.of(rollout.gates(), sight.old(), sight.fresh()));
  }

  private Optional<RolloutMove> firstStep(String reason) {
    return move(State.SHIFTING, 0, rollout.steps().getFirst().percent(), reason);
  }

  private Optional<RolloutMove> breach(String reason) {
    return switch (rollout.onBreach()) {
      case PAUSE -> pause(reason);
      case ROLLBACK -> move(State.ROLLED_BACK, rollout.step(), 0, reason);
    };
  }

  private Optional<RolloutMove> pause(String reason) {
    return Optional.of(
        new RolloutMove(
            RolloutTransitions.paused(rollout, reason, figures(), now), reason, Effect.NONE));
  }

  private Optional<RolloutMove> move(State state, int step, int percent, String reason) {
    return Optional.of(
        new RolloutMove(
            RolloutTransitions.to(rollout, state, step, percent, reason, figures(), now),
            reason,
            Effect.NONE));
  }

  private Optional<RolloutMove> refresh() {
    Rollout newer = RolloutTransitions.withFigures(rollout, figures());
    return newer.equals(rollout)
        ? Optional.empty()
        : Optional.of(
            new RolloutMove(
                newer, rollout.reason() == null ? "figures" : rollout.reason(), Effect.FIGURES));
  }

  private Map<String, Double> figures() {
    return Figures.of(rollout, sight);
  }

  private boolean past(Duration wait) {
    return !now.isBefore(since().plus(wait));
  }

  private Instant since() {
    return rollout.stateSince() == null ? now : rollout.stateSince();
  }
}
