package io.penstock.workers.outcome;

import io.penstock.workers.lease.OutgoingOutcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes that Kafka does not have yet: those that wait to be sent, and those on their way. Any
 * thread may add to it.
 */
public final class OutcomeQueue {

  private final Queue<OutgoingOutcome> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger undelivered = new AtomicInteger();
  private final Runnable emptied;

  /**
   * @param emptied called whenever nothing is left undelivered, on the thread that delivered the
   *     last outcome; a drain waits for it
   */
  public OutcomeQueue(Runnable emptied) {
    this.emptied = emptied;
  }

  /** Adds a new outcome. The call never waits. */
  public void add(OutgoingOutcome outcome) {
    undelivered.incrementAndGet();
    waiting.add(outcome);
  }

  /** Returns how many outcomes Kafka does not have yet. */
  public int undelivered() {
    return undelivered.get();
  }

  /** Takes the oldest that waits, if any. It stays undelivered. */
  @Nullable OutgoingOutcome poll() {
    return waiting.poll();
  }

  /** Puts back one that was taken and could not be sent, or what is to be sent in its place. */
  void putBack(OutgoingOutcome outcome) {
    waiting.add(outcome);
  }

  /** One that was taken is delivered, or nobody waits for it any more. */
  void done() {
    if (undelivered.decrementAndGet() == 0) {
      emptied.run();
    }
  }

  int waiting() {
    return waiting.size();
  }
}
