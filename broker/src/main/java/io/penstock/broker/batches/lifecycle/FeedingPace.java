package io.penstock.broker.batches.lifecycle;

import java.time.Duration;

/**
 * How many requests of a batch may wait or run at once. The requests themselves say whether there
 * is room: while workers get them soon after they were fed, the window grows, and when they wait
 * for long, it shrinks. It does not matter where they wait: for a worker, or to be scored. It
 * changes at most once for each round trip of a request, so that what is seen is what the last
 * change did.
 *
 * @param window the most requests that wait or run
 * @param after the last request that was fed when the window was set; it and those before say
 *     nothing about it
 * @param waited how long the requests fed since then waited, all together
 * @param seen how many those are
 */
public record FeedingPace(int window, int after, Duration waited, int seen) {

  static final int SMALLEST = 32;
  static final int LARGEST = 4096;
  static final int LARGEST_AT_FIRST = 1024;

  /** A request that waits no longer than this found workers with room. */
  static final Duration SHORT_WAIT = Duration.ofSeconds(2);

  /** What waits longer is better left in the file, where it takes no room in the log. */
  static final Duration LONG_WAIT = Duration.ofSeconds(20);

  /** A few requests are no sample. */
  private static final int SAMPLE = 16;

  /** The pace at which a batch begins, or goes on after so many were fed. */
  public static FeedingPace initial(int fed) {
    return initial(fed, 0);
  }

  /**
   * The same where workers are known to have room, which a slow engine would take long to show. The
   * first requests are no more than those that could start at once, and a part of {@link #LARGEST}.
   *
   * @param free how many more requests workers could run now
   */
  public static FeedingPace initial(int fed, int free) {
    return new FeedingPace(Math.clamp(free, SMALLEST, LARGEST_AT_FIRST), fed, Duration.ZERO, 0);
  }

  /**
   * The pace after one more answer.
   *
   * @param number of the request
   * @param waited how long it was on its way while no worker had it
   * @param fed how many were fed by now
   */
  public FeedingPace observed(int number, Duration waited, int fed) {
    if (number <= after || waited.isNegative()) {
      return this;
    }
    FeedingPace more = new FeedingPace(window, after, this.waited.plus(waited), seen + 1);
    return more.seen < SAMPLE ? more : more.adjusted(fed);
  }

  private FeedingPace adjusted(int fed) {
    Duration mean = waited.dividedBy(seen);
    int next = window;
    if (mean.compareTo(SHORT_WAIT) <= 0) {
      next = window * 2;
    } else if (mean.compareTo(LONG_WAIT) > 0) {
      next = window * 2 / 3;
    }
    return new FeedingPace(Math.clamp(next, SMALLEST, LARGEST), fed, Duration.ZERO, 0);
  }

  /** How many more requests may be fed while so many wait or run. */
  public int room(int outstanding) {
    return Math.max(0, window - outstanding);
  }
}
