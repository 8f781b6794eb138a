package io.penstock.workers.demand;

import java.util.TreeSet;

/**
 * The cumulative window of one partition in one session: how many leases the worker asked for, and
 * which of them came. The limit never falls. This class is not thread-safe; its owner holds a lock.
 */
public final class DemandWindow {

  private long limit;
  private long receivedThrough;
  private long received;

  /** Sequences that arrived although an earlier one is missing. */
  private final TreeSet<Long> ahead = new TreeSet<>();

  /** The effect of a lease's arrival on the window. */
  public enum Receipt {
    NEW,
    /** The lease came before. */
    DUPLICATE,
    /** Nobody asked for the lease. */
    BEYOND_LIMIT
  }

  /**
   * Asks for further leases.
   *
   * @param leases 1 or more
   */
  public void open(int leases) {
    if (leases < 1) {
      throw new IllegalArgumentException("a window opens by 1 or more, not " + leases);
    }
    limit += leases;
  }

  /** Records a grant; the same sequence is NEW only once. */
  public Receipt receive(long sequence) {
    if (sequence > limit) {
      return Receipt.BEYOND_LIMIT;
    }
    if (sequence <= receivedThrough || !ahead.add(sequence)) {
      return Receipt.DUPLICATE;
    }
    received++;
    while (!ahead.isEmpty() && ahead.first() == receivedThrough + 1) {
      ahead.removeFirst();
      receivedThrough++;
    }
    return Receipt.NEW;
  }

  /** The cumulative number of leases asked for. */
  public long limit() {
    return limit;
  }

  /** The highest sequence received. */
  public long highestReceived() {
    return ahead.isEmpty() ? receivedThrough : ahead.last();
  }

  /** Leases asked for and not received: what may still come. */
  public int open() {
    return Math.toIntExact(limit - received);
  }

  /** Returns whether a lease before one received is missing, and so may be lost. */
  public boolean hasGap() {
    return !ahead.isEmpty();
  }
}
