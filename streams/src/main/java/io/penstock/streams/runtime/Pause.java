package io.penstock.streams.runtime;

import java.time.Duration;

/** How to pause; tests do not sleep. */
@FunctionalInterface
public interface Pause {

  void pause(Duration length) throws InterruptedException;
}
