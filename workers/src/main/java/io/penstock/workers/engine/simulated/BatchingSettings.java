package io.penstock.workers.engine.simulated;

import java.time.Duration;

/**
 * The scheduling settings of a simulated engine.
 *
 * @param chunkTokens the most prompt tokens processed in one iteration, 1 or more
 * @param kvPolicy how KV-cache room is set aside
 * @param speed this worker's speed relative to its profile: 0.5 takes twice as long
 * @param startUp time before the first iteration begins, as for loading weights
 * @param faults which requests fail, and when
 */
public record BatchingSettings(
    int chunkTokens, KvPolicy kvPolicy, double speed, Duration startUp, Faults faults) {

  /** Chunks of 512 tokens, growing KV, the profile's own speed, ready at once, no faults. */
  public static final BatchingSettings DEFAULTS =
      new BatchingSettings(512, KvPolicy.GROW, 1, Duration.ZERO, Faults.NONE);

  public BatchingSettings {
    if (chunkTokens < 1) {
      throw new IllegalArgumentException("chunk-tokens must be 1 or more, but is " + chunkTokens);
    }
    if (!(speed > 0) || Double.isInfinite(speed)) {
      throw new IllegalArgumentException("speed must be above 0, but is " + speed);
    }
    if (startUp.isNegative()) {
      throw new IllegalArgumentException("start-up must not be negative, but is " + startUp);
    }
  }

  public BatchingSettings withSpeed(double newSpeed) {
    return new BatchingSettings(chunkTokens, kvPolicy, newSpeed, startUp, faults);
  }

  public BatchingSettings withKvPolicy(KvPolicy newPolicy) {
    return new BatchingSettings(chunkTokens, newPolicy, speed, startUp, faults);
  }

  public BatchingSettings withFaults(Faults newFaults) {
    return new BatchingSettings(chunkTokens, kvPolicy, speed, startUp, newFaults);
  }

  public BatchingSettings withStartUp(Duration newStartUp) {
    return new BatchingSettings(chunkTokens, kvPolicy, speed, newStartUp, faults);
  }
}
