package io.penstock.broker.following;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long something may take at most. Steps that share one have that time together. Safe for use
 * by many threads.
 */
public final class Patience {

  private final Duration whole;
  private final LongSupplier nanos;
  private final long end;
  private volatile boolean givenUp;

  Patience(Duration whole, LongSupplier nanos) {
    this.whole = whole;
    this.nanos = nanos;
    this.end = nanos.getAsLong() + whole.toNanos();
  }

  /** Begins now. */
  public static Patience of(Duration whole) {
    return new Patience(whole, System::nanoTime);
  }

  /** How long it is as a whole, however much of it is left. */
  Duration whole() {
    return whole;
  }

  /** Nobody wants it any more: the time that is left is none. */
  public void giveUp() {
    givenUp = true;
  }

  boolean isOver() {
    return givenUp || nanos.getAsLong() - end > 0;
  }
}
