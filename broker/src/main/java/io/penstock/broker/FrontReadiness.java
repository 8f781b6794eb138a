package io.penstock.broker;

import io.penstock.broker.http.Readiness;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What one instance says of itself, from before it has all its parts until it stops. */
final class FrontReadiness implements Readiness {

  private final BooleanSupplier knowsKeys;
  private volatile Supplier<Optional<String>> problem = () -> Optional.of("it is starting");
  private volatile boolean stopping;

  FrontReadiness(BooleanSupplier knowsKeys) {
    this.knowsKeys = knowsKeys;
  }

  /**
   * All parts have started.
   *
   * @param problems what is wrong with them; answers at once
   */
  void started(Supplier<Optional<String>> problems) {
    problem = problems;
  }

  /** It takes no new calls from now on. */
  void stopping() {
    stopping = true;
  }

  @Override
  public Optional<String> problem() {
    return problem.get();
  }

  @Override
  public boolean knowsKeys() {
    return knowsKeys.getAsBoolean();
  }

  @Override
  public boolean isStopping() {
    return stopping;
  }
}
