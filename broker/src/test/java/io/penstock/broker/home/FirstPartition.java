package io.penstock.broker.home;

/** Writes partition 0 for its first owner; what becomes of the changes is each test's business. */
public abstract class FirstPartition implements StateWriter {

  @Override
  public final int partition() {
    return 0;
  }

  @Override
  public final long epoch() {
    return 1;
  }
}
