package io.penstock.schemas.policies;

import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person may do to a rollout that was started. */
public enum RolloutAction {
  PAUSE("paused by hand"),
  RESUME("resumed by hand"),
  FORCE("forced by hand"),
  ROLLBACK("rolled back by hand");

  private final String usualReason;

  RolloutAction(String usualReason) {
    this.usualReason = usualReason;
  }

  /** The action's name in commands and paths. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The action of this label; empty if there is none. */
  public static Optional<RolloutAction> ofLabel(String label) {
    return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
  }

  /** The reason that is recorded: the one that a person gave, else the usual one. */
  public String reason(@Nullable String given) {
    return given == null || given.isBlank() ? usualReason : given;
  }

  /**
   * Decides what becomes of a model's rollout.
   *
   * @throws IllegalArgumentException if its state does not allow the action
   */
  public Rollout apply(RoutingState state, String model, String reason, Instant now) {
    return switch (this) {
      case PAUSE -> RolloutCommands.pause(state, model, reason, now);
      case RESUME -> RolloutCommands.resume(state, model, now);
      case FORCE -> RolloutCommands.force(state, model, now);
      case ROLLBACK -> RolloutCommands.rollBack(state, model, reason, now);
    };
  }
}
