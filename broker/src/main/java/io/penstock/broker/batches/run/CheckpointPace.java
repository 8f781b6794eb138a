package io.penstock.broker.batches.run;

import java.time.Duration;
import java.time.Instant;

/**
 * When a batch needs a checkpoint. They become rarer as it grows older and its files larger, so the
 * parts of a file stay few, and what a crash costs stays a small share of what was done.
 */
final class CheckpointPace {

  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** A batch of seven days has some 1,200 of them, which its record can name. */
  private static final Duration LONGEST = Duration.ofMinutes(15);

  private static final long SMALLEST = 1 << 20;
  private static final long LARGEST = 16 << 20;
  private static final int SHARE = 64;

  private final Instant begun;
  private Instant writtenAt;
  private long writtenBytes;

  CheckpointPace(Instant begun, Instant now) {
    this.begun = begun;
    this.writtenAt = now;
  }

  boolean isLarge(long bytes) {
    return bytes >= Math.clamp(writtenBytes / SHARE, SMALLEST, LARGEST);
  }

  boolean isDue(Instant now) {
    Duration interval = Duration.between(begun, writtenAt).dividedBy(SHARE);
    if (interval.compareTo(SHORTEST) < 0) {
      interval = SHORTEST;
    } else if (interval.compareTo(LONGEST) > 0) {
      interval = LONGEST;
    }
    return !now.isBefore(writtenAt.plus(interval));
  }

  void written(long bytes, Instant now) {
    writtenAt = now;
    writtenBytes += bytes;
  }
}
