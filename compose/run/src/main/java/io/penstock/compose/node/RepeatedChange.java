package io.penstock.compose.node;

import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import java.time.Duration;

/** Repeats a change of a registry while others change it at the same time. */
final class RepeatedChange {

  static final int TRIES = 5;

  private static final Duration PAUSE = Duration.ofMillis(200);

  private RepeatedChange() {}

  /**
   * Makes a change.
   *
   * @throws ConcurrentRegistryChangeException if others came between each time
   */
  static void run(Runnable change) throws InterruptedException {
    for (int tries = 1; tries < TRIES; tries++) {
      try {
        change.run();
        return;
      } catch (ConcurrentRegistryChangeException _) {
        Thread.sleep(PAUSE.multipliedBy(tries));
      }
    }
    change.run();
  }
}
