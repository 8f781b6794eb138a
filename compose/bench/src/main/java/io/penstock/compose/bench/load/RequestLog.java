package io.penstock.compose.bench.load;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.LongPredicate;

/**
 * Logs when what happened to the requests of one round, in microseconds since 1970. Ids are {@code
 * ROUND:NUMBER}. This class is thread-safe.
 */
public final class RequestLog {

  private static final Duration POLL = Duration.ofMillis(5);

  /** The moments of a request's life that are measured. */
  public enum Moment {
    /** The time by the schedule of the load, whether or not the sender kept it. */
    DUE,
    /** The sender handed it to its producer. */
    SENT,
    /** The worker had the lease in hand. */
    LEASED,
    /** The engine was given it. */
    STARTED,
    /** The engine had finished. */
    FINISHED,
    /** A read_committed consumer had the result. */
    VISIBLE
  }

  private final String round;
  private final Map<Moment, long[]> micros = new EnumMap<>(Moment.class);
  private final int[] results;
  private long answered;
  private long duplicates;
  private long failed;

  /**
   * @param round a name that no other round of the run has
   * @param count requests in the round
   */
  public RequestLog(String round, int count) {
    this.round = round;
    for (Moment moment : Moment.values()) {
      micros.put(moment, new long[count]);
    }
    this.results = new int[count];
  }

  public int count() {
    return results.length;
  }

  public String id(int number) {
    return round + ":" + number;
  }

  /** The number of the request of this id, or empty if it is not of this round. */
  public OptionalInt number(String id) {
    if (!id.startsWith(round)
        || id.length() <= round.length()
        || id.charAt(round.length()) != ':') {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(id.substring(round.length() + 1));
      return number < results.length ? OptionalInt.of(number) : OptionalInt.empty();
    } catch (NumberFormatException _) {
      return OptionalInt.empty();
    }
  }

  public synchronized void at(int number, Moment moment, long epochMicros) {
    times(moment)[number] = epochMicros;
  }

  /** Its result came: the first counts, others are duplicates. Returns whether it was the first. */
  public synchronized boolean result(int number, boolean succeeded, long visibleMicros) {
    if (results[number]++ > 0) {
      duplicates++;
      return false;
    }
    answered++;
    failed += succeeded ? 0 : 1;
    times(Moment.VISIBLE)[number] = visibleMicros;
    return true;
  }

  /** When this was, or 0 if it was not. */
  public synchronized long when(int number, Moment moment) {
    return times(moment)[number];
  }

  /** Latencies from one moment to another, of the requests that had both. */
  public LatencyHistogram between(Moment from, Moment to) {
    return between(from, to, due -> true);
  }

  /**
   * Latencies from one moment to another, of the requests that had both.
   *
   * @param due of those only that were due at such times, in microseconds since 1970
   */
  public synchronized LatencyHistogram between(Moment from, Moment to, LongPredicate due) {
    LatencyHistogram histogram = new LatencyHistogram();
    for (int i = 0; i < results.length; i++) {
      long begin = times(from)[i];
      long end = times(to)[i];
      if (begin > 0 && end > 0 && due.test(times(Moment.DUE)[i])) {
        histogram.record(end - begin);
      }
    }
    return histogram;
  }

  /** The first and the last time of a moment, {@code {0, 0}} if it never came. */
  public synchronized long[] range(Moment moment) {
    long[] known = Arrays.stream(times(moment)).filter(each -> each > 0).toArray();
    return known.length == 0
        ? new long[] {0, 0}
        : new long[] {Arrays.stream(known).min().orElse(0), Arrays.stream(known).max().orElse(0)};
  }

  public synchronized long answered() {
    return answered;
  }

  public synchronized long duplicates() {
    return duplicates;
  }

  /** Requests whose result is not a success. */
  public synchronized long failed() {
    return failed;
  }

  /** Requests that were sent and have no result. */
  public synchronized long unanswered() {
    long count = 0;
    for (int i = 0; i < results.length; i++) {
      count += times(Moment.SENT)[i] > 0 && results[i] == 0 ? 1 : 0;
    }
    return count;
  }

  public synchronized boolean complete() {
    return answered == results.length;
  }

  /** Returns when every request has its result, or after this time. */
  public void await(Duration atMost) throws InterruptedException {
    long begin = System.nanoTime();
    while (!complete() && System.nanoTime() - begin < atMost.toNanos()) {
      Thread.sleep(POLL);
    }
  }

  private long[] times(Moment moment) {
    return Objects.requireNonNull(micros.get(moment));
  }
}
