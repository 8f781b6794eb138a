package io.penstock.schemas.policies;

import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies of a rollout in another state. */
public final class RolloutTransitions {

  private RolloutTransitions() {}

  public static Rollout to(
      Rollout rollout,
      State state,
      int step,
      int percent,
      String reason,
      Map<String, Double> figures,
      Instant now) {
    return with(rollout, state, step, percent, now, null, reason, figures);
  }

  /** Pauses a rollout where it is, to go on with its present state. */
  public static Rollout paused(
      Rollout rollout, String reason, Map<String, Double> figures, Instant now) {
    State resumeTo = rollout.state() == State.PAUSED ? rollout.resumeTo() : rollout.state();
    return with(
        rollout, State.PAUSED, rollout.step(), rollout.percent(), now, resumeTo, reason, figures);
  }

  public static Rollout withFigures(Rollout rollout, Map<String, Double> figures) {
    return with(
        rollout,
        rollout.state(),
        rollout.step(),
        rollout.percent(),
        rollout.stateSince(),
        rollout.resumeTo(),
        rollout.reason(),
        figures);
  }

  private static Rollout with(
      Rollout rollout,
      State state,
      int step,
      int percent,
      @Nullable Instant stateSince,
      @Nullable State resumeTo,
      @Nullable String reason,
      Map<String, Double> figures) {
    return new Rollout(
        rollout.name(),
        rollout.from(),
        rollout.to(),
        rollout.steps(),
        rollout.gates(),
        rollout.warm(),
        rollout.evaluation(),
        rollout.onBreach(),
        state,
        step,
        percent,
        stateSince,
        resumeTo,
        reason,
        figures);
  }
}
