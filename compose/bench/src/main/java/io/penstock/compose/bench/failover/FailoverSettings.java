package io.penstock.compose.bench.failover;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import io.penstock.compose.bench.rig.SleepingWork;
import java.time.Duration;

/**
 * The settings of {@code bench failover}.
 *
 * @param work two workers of at most 1 000 slots each, and the requests, at most 10 000 a second
 * @param time how long the load lasts, for each kill; the kill comes after a third of it
 * @param failover dispatch's session and transaction time-outs
 * @param standbys warm copies of dispatch's shards, 0 or 1
 * @param brokers of how many brokers one is killed, 3 or 5; 0 for no such kill
 * @param brokerRate requests per second while a broker is killed: the copies of several brokers on
 *     one machine leave less room
 * @param brokerSession how long a broker may be silent until it counts as lost
 * @param waiting batch requests that wait when dispatch starts, at most 2 million
 * @param finished requests that dispatch then remembers to have ended, at most 50 million
 */
public record FailoverSettings(
    SleepingWork work,
    Duration time,
    Duration failover,
    int standbys,
    int brokers,
    double brokerRate,
    Duration brokerSession,
    int waiting,
    int finished) {

  /** Bytes of heap for one that waits; {@code bench depth} measures about 350. */
  private static final int BYTES_WAITING = 1_000;

  private static final Duration START = Duration.ofSeconds(90);
  private static final int WAITING_RESTORED_PER_SECOND = 2_000;
  private static final int FINISHED_RESTORED_PER_SECOND = 10_000;

  public FailoverSettings {
    require("rate", work.perSecond() <= 10_000, "must be 10000 or less");
    requireTime("seconds", time, Duration.ofSeconds(6));
    require(
        "failover",
        failover.toSeconds() >= 2 && failover.toMinutes() < 5,
        "must be from 2 s to less than 5 minutes");
    require("standbys", standbys >= 0 && standbys <= 1, "must be 0 or 1");
    require("slots", work.slots() <= 1_000, "must be 1000 or less");
    require("brokers", brokers == 0 || brokers == 3 || brokers == 5, "must be 0, 3 or 5");
    require(
        "broker-rate",
        brokerRate > 0 && brokerRate <= work.perSecond(),
        "must be above 0 and at most --rate");
    require(
        "broker-session",
        brokerSession.toSeconds() >= 1 && brokerSession.toSeconds() <= 60,
        "must be from 1 s to 60 s");
    require("waiting", waiting >= 0 && waiting <= 2_000_000, "must be from 0 to 2000000");
    require("finished", finished >= 0 && finished <= 50_000_000, "must be from 0 to 50000000");
    require(
        "rate",
        work.perSecond() <= work.servedPerSecond(),
        "is more than one worker of %d slots serves; lower it or raise --slots"
            .formatted(work.slots()));
  }

  /** The heap that a dispatch process needs beyond the usual, if it serves all that waits. */
  int moreHeapMegabytes() {
    return (int) ((long) waiting * BYTES_WAITING / 1_000_000);
  }

  /** How long a dispatch process may take to restore its state on a slow machine. */
  Duration restoring() {
    return START.plusSeconds(
        waiting / WAITING_RESTORED_PER_SECOND + finished / FINISHED_RESTORED_PER_SECOND);
  }
}
