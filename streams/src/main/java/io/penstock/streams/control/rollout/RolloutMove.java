package io.penstock.streams.control.rollout;

import io.penstock.schemas.routing.Rollout;

/**
 * A change of a rollout.
 *
 * @param rollout as it is to be written
 * @param reason why
 * @param effect what else has to be done
 */
public record RolloutMove(Rollout rollout, String reason, Effect effect) {

  /** The side effect of a move beside writing the rollout. */
  public enum Effect {
    /** None: the rollout's state changed. */
    NONE,
    /** None: only the rollout's figures are newer, which is never urgent. */
    FIGURES,
    /** Requests are sent to both variants in shadow, and their number is noted. */
    EVALUATE,
    /** The new variant takes the old one's place in the registry. */
    COMPLETE
  }
}
