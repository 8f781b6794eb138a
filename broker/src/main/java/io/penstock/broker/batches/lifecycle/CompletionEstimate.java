package io.penstock.broker.batches.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a batch will be done, from how fast its requests were answered. What was answered lately
 * counts more: the weight of an answer halves every {@link #HALF_LIFE}.
 *
 * @param at the time of the last answer that was counted
 * @param answers the answers so far, by their weight at that time
 * @param seconds the seconds that passed, by the same weight
 */
public record CompletionEstimate(Instant at, double answers, double seconds) {

  static final Duration HALF_LIFE = Duration.ofMinutes(2);

  private static final double DECAY = Math.log(2) / HALF_LIFE.toSeconds();

  /** Fewer say nothing yet. */
  private static final double ENOUGH_ANSWERS = 3;

  /** A batch that has answered nothing yet. */
  public static CompletionEstimate initial(Instant now) {
    return new CompletionEstimate(now, 0, 0);
  }

  /** With so many more answers. */
  public CompletionEstimate answered(int more, Instant now) {
    CompletionEstimate aged = aged(now);
    return new CompletionEstimate(aged.at, aged.answers + more, aged.seconds);
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
    if (aged.answers < ENOUGH_ANSWERS || aged.seconds <= 0) {
      return Optional.empty();
    }
    double seconds = remaining * aged.seconds / aged.answers;
    return seconds < Duration.ofDays(365).toSeconds()
        ? Optional.of(now.plusMillis(Math.round(seconds * 1000)))
        : Optional.empty();
  }

  private CompletionEstimate aged(Instant now) {
    double passed = Math.max(0, Duration.between(at, now).toMillis() / 1000.0);
    double kept = Math.exp(-DECAY * passed);
    return new CompletionEstimate(
        now.isAfter(at) ? now : at, answers * kept, seconds * kept + (1 - kept) / DECAY);
  }
}
