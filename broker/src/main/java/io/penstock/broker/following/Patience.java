package io.penstock.broker.following;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How long something may take at most. Steps that share one have that time together. */
public final class Patience {

  private final Duration whole;
  private final LongSupplier nanos;
  private final long end;

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

  boolean isOver() {
    return nanos.getAsLong() - end > 0;
  }
}
