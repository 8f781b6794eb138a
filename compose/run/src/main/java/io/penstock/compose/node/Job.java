package io.penstock.compose.node;

import io.penstock.workers.WorkerHealth;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The work of a role, as health checks see it. Both answer at once, on any thread.
 *
 * @param problem what keeps it from its work, if anything
 * @param failure why it has ended for good, if it has failed
 * @param finished whether it has ended because an operator asked for it
 */
record Job(
    Supplier<Optional<String>> problem,
    Supplier<Optional<String>> failure,
    Supplier<Boolean> finished) {

  static final Job NOT_STARTED =
      new Job(() -> Optional.of("it is not started"), Optional::empty, () -> false);

  /** A job that nobody ends but this process. */
  static Job of(Supplier<Optional<String>> problem, Supplier<Optional<String>> failure) {
    return new Job(problem, failure, () -> false);
  }

  /**
   * A worker, which an operator may have drained.
   *
   * @param stopped completes when it has ended
   */
  static Job ofWorker(
      Supplier<WorkerHealth> health, Supplier<Optional<String>> failure, Future<Void> stopped) {
    return new Job(
        () -> problem(health.get()), failure, () -> stopped.state() == Future.State.SUCCESS);
  }

  private static Optional<String> problem(WorkerHealth health) {
    return health.ready() ? Optional.empty() : Optional.of(String.join("; ", health.reasons()));
  }

  /** Returns how it ended, if it did. */
  Optional<RoleEnd> end(Role role) {
    Optional<String> why = failure.get();
    return why.isPresent() || finished.get()
        ? Optional.of(new RoleEnd(role, why))
        : Optional.empty();
  }
}
