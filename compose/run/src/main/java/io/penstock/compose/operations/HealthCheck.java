package io.penstock.compose.operations;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One part's readiness, or whether it is alive.
 *
 * @param name the part, such as {@code kafka}
 * @param problem says what is wrong, or empty if all is well; called from any thread, and must
 *     answer at once
 */
public record HealthCheck(String name, Supplier<Optional<String>> problem) {

  /** A check that has one thing to say when the condition does not hold. */
  public static HealthCheck of(String name, Supplier<Boolean> healthy, String problem) {
    return new HealthCheck(name, () -> healthy.get() ? Optional.empty() : Optional.of(problem));
  }
}
