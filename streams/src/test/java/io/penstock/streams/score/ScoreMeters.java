package io.penstock.streams.score;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;

/** What scoring counts, for tests of other packages. */
public final class ScoreMeters {

  private ScoreMeters() {}

  /** Counts a request that was scored, one that was refused, and a wait for the registry. */
  public static void count(MeterRegistry registry) {
    ScoreMetrics metrics = new ScoreMetrics(registry, ServiceClass.BATCH);
    metrics.scored("talker", Duration.ofMillis(1));
    metrics.refused(RefusalCode.INTERNAL_ERROR, Duration.ofMillis(1));
    metrics.registryWaits().increment();
  }
}
