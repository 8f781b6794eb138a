package io.penstock.broker.batches.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a batch will be done, from how fast its requests were answered. What was answered lately
 * counts more: the weight of an answer halves in a quarter of the time that the batch has been
 * watched, and in {@link #LONGEST_HALF_LIFE} at most. So a batch that is fed ever faster is soon
 * judged by its present pace, and one that has run for hours not by its last seconds. The first
 * answer starts the clock: what came before it was waiting, not answering.
 *
 * @param begun whether there was an answer
 * @param since when the watching began
 * @param at the time of the last answer that was counted
 * @param answers the answers so far, by their weight at that time
 * @param seconds the seconds that passed, by the same weight
 */
public record CompletionEstimate(
    boolean begun, Instant since, Instant at, double answers, double seconds) {

  static final Duration LONGEST_HALF_LIFE = Duration.ofMinutes(2);
  static final Duration SHORTEST_HALF_LIFE = Duration.ofSeconds(2);

  /** The part of the time so far that is a half-life. */
  private static final double SHARE = 0.25;

  /** Fewer say nothing yet. */
  private static final double ENOUGH_ANSWERS = 3;

  /** Answers come in bursts, so a shorter time says nothing yet. */
  private static final double ENOUGH_SECONDS = 2;

  /** A batch that has answered nothing yet. */
  public static CompletionEstimate initial(Instant now) {
    return new CompletionEstimate(false, now, now, 0, 0);
  }

  /** With so many more answers. */
  public CompletionEstimate answered(int more, Instant now) {
    if (!begun) {
      return new CompletionEstimate(true, now, now, 0, 0);
    }
    CompletionEstimate aged = aged(now);
    return new CompletionEstimate(true, since, aged.at, aged.answers + more, aged.seconds);
  }

  /**
   * When so many requests will be answered at the rate of late; empty while too little was seen.
   * The time since the last answer counts too, so a batch that stands still is not promised soon.
   */
  public Optional<Instant> completion(int remaining, Instant now) {
    CompletionEstimate aged = aged(now);
    if (remaining == 0) {
      return Optional.of(now);
    }
    if (!begun || aged.answers < ENOUGH_ANSWERS || aged.seconds < ENOUGH_SECONDS) {
      return Optional.empty();
    }
    double seconds = remaining * aged.seconds / aged.answers;
    return seconds < Duration.ofDays(365).toSeconds()
        ? Optional.of(now.plusMillis(Math.round(seconds * 1000)))
        : Optional.empty();
  }

  private CompletionEstimate aged(Instant now) {
    double passed = Math.max(0, Duration.between(at, now).toMillis() / 1000.0);
    double decay = Math.log(2) / halfLife(now);
    double kept = Math.exp(-decay * passed);
    return new CompletionEstimate(
        begun,
        since,
        now.isAfter(at) ? now : at,
        answers * kept,
        seconds * kept + (1 - kept) / decay);
  }

  /** The pace has changed: what was seen so far says nothing about it. */
  public CompletionEstimate restarted(Instant now) {
    return begun ? new CompletionEstimate(true, now, now, 0, 0) : this;
  }

  private double halfLife(Instant now) {
    return Math.clamp(
        SHARE * Duration.between(since, now).toMillis() / 1000.0,
        (double) SHORTEST_HALF_LIFE.toSeconds(),
        (double) LONGEST_HALF_LIFE.toSeconds());
  }
}
