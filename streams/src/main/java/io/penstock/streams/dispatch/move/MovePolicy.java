package io.penstock.streams.dispatch.move;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.TargetHealth;
import java.util.List;
import java.util.Optional;

/**
 * Tells whether and where a waiting request goes, as a pure function.
 *
 * <p>Options come best first, and are all within what the request and its tenant allow. Nothing
 * goes to a target that is not healthy: a target on probation would get the whole backlog of
 * another, nor to one that nobody has reported on, or that has no worker. Nothing ever comes back
 * to a target it has left, for that is no alternative any more.
 */
public record MovePolicy(MoveSettings settings) {

  /**
   * Chooses where a request goes whose target is unhealthy: to the best that is predicted to be in
   * time, else to the best that is healthy and has workers. The request cannot come back, so it had
   * better wait where it is than with a model that perhaps nobody serves.
   *
   * @param secondsLeft until it has to begin
   */
  public Optional<ModelAlternative> failover(List<MoveOption> options, double secondsLeft) {
    Optional<ModelAlternative> inTime =
        first(options, each -> isHealthy(each) && start(each) <= secondsLeft);
    return inTime.or(
        () -> first(options, each -> isHealthy(each) && each.startSeconds().isPresent()));
  }

  /** Returns whether a request would be too late here, if it has more time than that at all. */
  public boolean isAtRisk(double startHereSeconds, double secondsLeft) {
    return secondsLeft > 0 && startHereSeconds > secondsLeft;
  }

  /**
   * Chooses where a request goes that would be too late here: to the best that is in time by the
   * margin and sooner than here by the gain.
   */
  public Optional<ModelAlternative> rescue(
      List<MoveOption> options, double startHereSeconds, double secondsLeft) {
    double latest =
        Math.min(
            secondsLeft - settings.margin().toMillis() / 1000.0,
            startHereSeconds / settings.gain());
    return first(options, each -> isHealthy(each) && start(each) <= latest);
  }

  private static boolean isHealthy(MoveOption option) {
    return option.health() == TargetHealth.HEALTHY;
  }

  private static double start(MoveOption option) {
    return option.startSeconds().orElse(Double.POSITIVE_INFINITY);
  }

  private static Optional<ModelAlternative> first(
      List<MoveOption> options, java.util.function.Predicate<MoveOption> suits) {
    return options.stream().filter(suits).findFirst().map(MoveOption::alternative);
  }
}
