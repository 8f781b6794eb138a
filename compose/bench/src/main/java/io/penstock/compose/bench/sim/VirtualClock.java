package io.penstock.compose.bench.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * A clock that jumps from event to event. Events of one instant run in the order in which they were
 * planned, so that a run depends on nothing but its input. An instance belongs to one thread.
 */
public final class VirtualClock {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long planned;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Nanoseconds since the start. */
  public long now() {
    return now;
  }

  /** The present as production code sees it. */
  public Instant instant() {
    return instant(now);
  }

  public static Instant instant(long nanos) {
    return START.plusNanos(nanos);
  }

  public static long nanos(Instant instant) {
    return Duration.between(START, instant).toNanos();
  }

  /** Plans an event; one in the past is due now. */
  public void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(now, nanos), planned++, action));
  }

  public void after(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  /** Repeats an action for ever, the first time at once. */
  public void every(long nanos, Runnable action) {
    at(
        now,
        () -> {
          action.run();
          after(nanos, () -> every(nanos, action));
        });
  }

  /** Runs events while there are some and the condition holds; returns how many. */
  public long runWhile(BooleanSupplier condition) {
    long count = 0;
    while (condition.getAsBoolean() && !events.isEmpty()) {
      Event event = events.poll();
      now = event.at();
      event.action().run();
      count++;
    }
    return count;
  }
}
