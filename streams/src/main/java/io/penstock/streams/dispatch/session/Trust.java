package io.penstock.streams.dispatch.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tells whether one worker's failures and refusals are believed. What it failed and another worker
 * then served was its own fault: where that is more than it served itself lately, it rests. After
 * its rest it is given one request at a time, until it serves one. Whoever keeps it sees to it that
 * the last worker never rests. An instance belongs to one thread.
 */
final class Trust {

  private static final int MOST_REMEMBERED = 200;

  private final RestSettings settings;
  private final long windowMicros;
  private final Deque<Long> served = new ArrayDeque<>();
  private final Deque<Long> contradicted = new ArrayDeque<>();
  private boolean resting;
  private long until;
  private int rests;

  Trust(RestSettings settings) {
    this.settings = settings;
    this.windowMicros = settings.window().toNanos() / 1000;
  }

  /** Notes that it served a request: if it rested, it is as good as any other again. */
  void served(long nowMicros) {
    note(served, nowMicros);
    if (resting) {
      resting = false;
      rests = 0;
      contradicted.clear();
    }
  }

  /** Notes that it failed or refused a request. One that just rested rests again. */
  void failed(long nowMicros) {
    if (resting && nowMicros >= until) {
      rest(nowMicros);
    }
  }

  /**
   * Notes that another worker served what it had failed or refused.
   *
   * @return whether it rests from now on, and did not before
   */
  boolean contradicted(long nowMicros) {
    note(contradicted, nowMicros);
    int known = served.size() + contradicted.size();
    if (resting
        || contradicted.size() < settings.leastContradicted()
        || contradicted.size() <= settings.share() * known) {
      return false;
    }
    rest(nowMicros);
    return true;
  }

  /** Returns whether it rests, or is on probation after that. */
  boolean isResting() {
    return resting;
  }

  /**
   * Returns whether it may be given a request.
   *
   * @param holdsNothing whether it has none
   */
  boolean admits(boolean holdsNothing, long nowMicros) {
    return !resting || (nowMicros >= until && holdsNothing);
  }

  Instant restsUntil() {
    return Instant.EPOCH.plus(Duration.ofNanos(until * 1000));
  }

  private void rest(long nowMicros) {
    resting = true;
    until = nowMicros + settings.length(rests++).toNanos() / 1000;
    served.clear();
    contradicted.clear();
  }

  private void note(Deque<Long> times, long nowMicros) {
    times.addLast(nowMicros);
    forget(served, nowMicros);
    forget(contradicted, nowMicros);
  }

  private void forget(Deque<Long> times, long nowMicros) {
    while (times.size() > MOST_REMEMBERED
        || (!times.isEmpty() && times.peekFirst() < nowMicros - windowMicros)) {
      times.removeFirst();
    }
  }
}
