package io.penstock.broker.batches.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a batch will be done, from how fast its requests were answered and how long workers had
 * them. All sums below have weights, which halve in a half-life.
 *
 * <p><b>Rate.</b> Answers by the time that passed. The clock starts when the first answered request
 * was leased: what came before was waiting behind the work of others. A half-life is an eighth of
 * the time that is left, because the last hour says more about the next hours than the last seconds
 * do. It is a quarter of the time so far at most, so that a slow start is soon forgotten, and holds
 * at least {@value #FEWEST_ANSWERS} answers and two service times, because fewer are noise. A
 * silence counts as a quarter of a half-life at most: it says that the batch stood still, not how
 * fast it goes on.
 *
 * <p><b>Time left.</b> While more requests remain than run, each answer lets another one start. The
 * {@code k} that run last end together if all take equally long, which is after a service time
 * {@code s}. If their times are exponential, the last one ends after {@code s (1 + 1/2 + ... +
 * 1/k)} (Rényi 1953). The coefficient of variation of the service times weighs the two.
 *
 * <p>Between two answers the promise stands. Once there was none for longer than usual, it moves
 * away twice as fast as time passes, because a pause of unknown length is likely to go on for as
 * long as it has lasted.
 *
 * @param since when the first answered request was leased
 * @param at the time of the last answer
 * @param answers the answers so far; 0 before the first
 * @param seconds that passed
 * @param service the seconds that workers had the requests, all together
 * @param squaredService the sum of the squares of these
 */
public record CompletionEstimate(
    Instant since,
    Instant at,
    double answers,
    double seconds,
    double service,
    double squaredService) {

  /** The part of the time left that is a half-life. */
  private static final double SHARE_OF_LEFT = 1.0 / 8;

  /** The part of the time so far that is a half-life at most. */
  private static final double SHARE_OF_PASSED = 1.0 / 4;

  private static final double SHORTEST_HALF_LIFE_SECONDS = 2;
  private static final int FEWEST_ANSWERS = 12;

  /** Where all requests take equally long, answers come in waves; two of them show the rate. */
  private static final double FEWEST_SERVICE_TIMES = 2;

  /** In half-lives. */
  private static final double LONGEST_SILENCE = 0.25;

  /** Some lengths vary more than exponential ones; a few samples do not tell by how much. */
  private static final double MOST_VARIATION = 2;

  private static final double ENOUGH_ANSWERS = 3;
  private static final double ENOUGH_SECONDS = 2;
  private static final double LONGEST_SECONDS = Duration.ofDays(365).toSeconds();

  /** Where all came at once, the rate is high but finite. */
  private static final double SHORTEST_SECONDS = 1e-3;

  /** A batch that has answered nothing yet. */
  public static CompletionEstimate initial(Instant now) {
    return new CompletionEstimate(now, now, 0, 0, 0, 0);
  }

  /**
   * With more answers.
   *
   * @param remaining how many requests have none now
   */
  public CompletionEstimate answered(Served more, int remaining, Instant now) {
    if (more.count() == 0) {
      return this;
    }
    if (answers == 0) {
      double first = more.seconds() / more.count();
      Instant leased = now.minusNanos(Math.round(first * 1e9));
      return new CompletionEstimate(
          leased, now, more.count(), first, more.seconds(), more.squaredSeconds());
    }
    Instant last = now.isAfter(at) ? now : at;
    double halfLife = halfLife(remaining + more.count(), last);
    double passed = Math.min(seconds(at, last), usualGap() + LONGEST_SILENCE * halfLife);
    double kept = Math.pow(0.5, passed / halfLife);
    // What came since the last answers is spread over the time since then.
    double weight = meanWeight(passed, halfLife);
    return new CompletionEstimate(
        since,
        last,
        answers * kept + more.count() * weight,
        seconds * kept + passed * weight,
        service * kept + more.seconds() * weight,
        squaredService * kept + more.squaredSeconds() * weight);
  }

  /**
   * When all requests will be answered, never before now; empty while too little was seen.
   *
   * @param remaining how many requests have no answer
   */
  public Optional<Instant> completion(int remaining, Instant now) {
    if (remaining == 0) {
      return Optional.of(now);
    }
    if (answers < ENOUGH_ANSWERS || seconds(since, now) < ENOUGH_SECONDS) {
      return Optional.empty();
    }
    double late = Math.max(0, seconds(at, now) - usualGap());
    double left = 2 * late + left(remaining, rate());
    if (!(left < LONGEST_SECONDS)) {
      return Optional.empty();
    }
    Instant promised = at.plusMillis(Math.round(left * 1000));
    return Optional.of(promised.isBefore(now) ? now : promised);
  }

  private double left(int remaining, double rate) {
    double running = Math.clamp(rate * meanService(), 1, remaining);
    double equal = running / rate;
    double exponential = Math.max(meanService(), 1 / rate) * harmonic(running);
    double last = equal + variation() * Math.max(0, exponential - equal);
    return (remaining - running) / rate + last;
  }

  private double rate() {
    return answers / Math.max(seconds, SHORTEST_SECONDS);
  }

  /** Answers may be apart by a service time, and by the time of one at the rate. */
  private double usualGap() {
    return meanService() + 1 / rate();
  }

  private double meanService() {
    return service / answers;
  }

  private double variation() {
    double mean = meanService();
    double variance = Math.max(0, squaredService / answers - mean * mean);
    return mean == 0 ? 0 : Math.min(MOST_VARIATION, Math.sqrt(variance) / mean);
  }

  /** The sum of 1/i up to k, by Euler's approximation. */
  private static double harmonic(double k) {
    return k <= 1 ? 1 : Math.log(k) + 0.5772 + 1 / (2 * k);
  }

  private double halfLife(int remaining, Instant now) {
    double shortest =
        Math.max(
            SHORTEST_HALF_LIFE_SECONDS,
            Math.max(FEWEST_SERVICE_TIMES * meanService(), FEWEST_ANSWERS / rate()));
    double left = SHARE_OF_LEFT * remaining / rate();
    return Math.max(shortest, Math.min(left, SHARE_OF_PASSED * seconds(since, now)));
  }

  /** The mean weight of the time that passed, when its end has the weight 1. */
  private static double meanWeight(double passed, double halfLife) {
    double decay = Math.log(2) * passed / halfLife;
    return decay < 1e-9 ? 1 : -Math.expm1(-decay) / decay;
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
