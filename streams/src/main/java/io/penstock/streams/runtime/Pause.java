package io.penstock.streams.runtime;

import java.time.Duration;

/** A way to pause, so that tests need not sleep. */
@FunctionalInterface
public interface Pause {

  void pause(Duration length) throws InterruptedException;
}
