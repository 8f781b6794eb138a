package io.penstock.workers.engine.simulated;

/**
 * A simulated engine's configuration.
 *
 * @param profile the GPU it behaves like
 * @param batching how it schedules
 * @param speedUp how many seconds of the GPU pass in one real second, above 0
 * @param embeddingDimensions the length of the vectors it makes up, 1 to 8192
 */
public record SimulatedConfig(
    GpuProfile profile, BatchingSettings batching, double speedUp, int embeddingDimensions) {

  public static final int DEFAULT_EMBEDDING_DIMENSIONS = 384;

  public SimulatedConfig {
    if (!(speedUp > 0) || Double.isInfinite(speedUp)) {
      throw new IllegalArgumentException("speed-up must be above 0, but is " + speedUp);
    }
    if (embeddingDimensions < 1 || embeddingDimensions > 8192) {
      throw new IllegalArgumentException(
          "dimensions must be 1 to 8192, but is " + embeddingDimensions);
    }
  }

  /** The profile at its own speed, in real time. */
  public static SimulatedConfig of(GpuProfile profile) {
    return new SimulatedConfig(profile, BatchingSettings.DEFAULTS, 1, DEFAULT_EMBEDDING_DIMENSIONS);
  }

  public SimulatedConfig withSpeedUp(double newSpeedUp) {
    return new SimulatedConfig(profile, batching, newSpeedUp, embeddingDimensions);
  }

  public SimulatedConfig withBatching(BatchingSettings newBatching) {
    return new SimulatedConfig(profile, newBatching, speedUp, embeddingDimensions);
  }
}
