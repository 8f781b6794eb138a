package io.penstock.compose.bench.real;

import io.penstock.streams.dispatch.rank.SlackRank;
import io.penstock.streams.score.service.ServiceLevel;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Duration;

/**
 * Scales time: a run is faster than its trace by this factor. Arrivals, limits and the rank's own
 * times shrink by it; the time that Kafka and the jobs take does not.
 *
 * @param speedUp seconds of the trace in a real second, 0.1 to 100
 */
public record TimeScale(double speedUp) {

  private static final Duration INTERACTIVE = Duration.ofSeconds(2);
  private static final Duration BATCH = Duration.ofSeconds(60);

  /** In the simulation nothing expires. */
  static final Duration NO_DEADLINE = Duration.ofHours(6);

  private static final Duration LEAST_RECHECK = Duration.ofMillis(1);

  public TimeScale {
    if (!(speedUp >= 0.1 && speedUp <= 100)) {
      throw new IllegalArgumentException(
          "speed-up is %s; it must be from 0.1 to 100".formatted(speedUp));
    }
  }

  /** Returns what a time of the trace takes in reality. */
  long real(long traceNanos) {
    return Math.round(traceNanos / speedUp);
  }

  /** Returns what a real time is in the trace. */
  long trace(long realNanos) {
    return Math.round(realNanos * speedUp);
  }

  Duration real(Duration trace) {
    return Duration.ofNanos(real(trace.toNanos()));
  }

  /** The first-token limits of the experiment, shrunk; no deadline is near. */
  ServiceLevels levels() {
    ServiceLevel batch = new ServiceLevel(real(BATCH), NO_DEADLINE);
    return new ServiceLevels(new ServiceLevel(real(INTERACTIVE), NO_DEADLINE), batch, batch);
  }

  /** Returns how often a worker looks at its engine, shrunk as far as a worker bears. */
  Duration recheck(Duration trace) {
    Duration shrunk = real(trace);
    return shrunk.compareTo(LEAST_RECHECK) < 0 ? LEAST_RECHECK : shrunk;
  }

  /** The production rank, its own times shrunk. */
  SlackRank rank() {
    SlackRank rank = SlackRank.DEFAULT;
    return new SlackRank(
        rank.slackWeight(),
        rank.chunkTokens(),
        real(rank.margin()),
        real(rank.urgency()),
        rank.overdueShare(),
        real(rank.interactiveBound()),
        real(rank.standardBound()),
        real(rank.batchBound()));
  }
}
