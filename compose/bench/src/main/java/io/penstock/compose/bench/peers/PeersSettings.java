package io.penstock.compose.bench.peers;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;
import java.util.List;

/**
 * The settings of {@code bench peers}, in the order of its measurements.
 *
 * @param systems which, in the order in which they run
 * @param warmUp closed-loop load on Penstock before anything counts; a peer gets 5 s of it at most,
 *     since Node, Python and Erlang are warm sooner than a JVM
 * @param throughput how long each closed loop is measured
 * @param inFlight requests in flight in the closed loops
 * @param rate requests per second of the open loops
 * @param round how long an open loop is
 * @param repeats rounds of each kind, 1 or more
 * @param depth requests waiting in the deep queue
 * @param slots slots of each of two workers
 * @param batchJob how long a request of the deep queue runs
 * @param killRate requests per second while a worker is killed
 * @param killJob how long each of these runs
 * @param killTime how long they come; the kill is after half of it
 * @param patience how long after that the last result is waited for
 * @param redisFsync Redis's appendfsync: everysec or always
 */
public record PeersSettings(
    List<SystemName> systems,
    Duration warmUp,
    Duration throughput,
    int inFlight,
    double rate,
    Duration round,
    int repeats,
    int depth,
    int slots,
    Duration batchJob,
    double killRate,
    Duration killJob,
    Duration killTime,
    Duration patience,
    RedisFsync redisFsync) {

  /**
   * After how long without a sign of life a worker counts as dead, wherever it can be set:
   * Penstock's default.
   */
  static final Duration LOST_AFTER = Duration.ofSeconds(5);

  private static final String SHORT_RUN =
      "must be above 0 and less than %d seconds".formatted(LOST_AFTER.toSeconds());

  /** Workers of each system. */
  static final int WORKERS = 2;

  /** When Redis writes its append-only file to disk for good. */
  public enum RedisFsync {
    /** Once a second, Redis's default: a power cut loses the last second. */
    EVERYSEC,
    /** Before each reply. */
    ALWAYS
  }

  public PeersSettings {
    systems = systems.stream().distinct().toList();
    require("systems", !systems.isEmpty(), "is empty; name at least one");
    requireTime("warm-up", warmUp, Duration.ZERO);
    requireTime("throughput-seconds", throughput, Duration.ofSeconds(1));
    require("in-flight", inFlight >= 1 && inFlight <= 100_000, "must be from 1 to 100000");
    require("rate", rate > 0 && rate <= 10_000, "must be above 0 and at most 10000");
    requireTime("seconds", round, Duration.ofSeconds(1));
    require("repeats", repeats >= 1 && repeats <= 100, "must be from 1 to 100");
    require("depth", depth >= 1 && depth <= 10_000_000, "must be from 1 to 10000000");
    require("slots", slots >= 1 && slots <= 1_000, "must be from 1 to 1000");
    require("batch-job", batchJob.isPositive() && batchJob.compareTo(LOST_AFTER) < 0, SHORT_RUN);
    require(
        "kill-rate",
        killRate > 0 && killRate <= slots * 1e9 / killJob.toNanos(),
        "must be above 0 and at most what one worker serves; lower it or raise --slots");
    require("kill-job", killJob.isPositive() && killJob.compareTo(LOST_AFTER) < 0, SHORT_RUN);
    requireTime("kill-seconds", killTime, Duration.ofSeconds(2));
    requireTime("patience", patience, Duration.ofSeconds(1));
  }
}
