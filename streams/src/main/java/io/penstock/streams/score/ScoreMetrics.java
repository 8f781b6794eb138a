package io.penstock.streams.score;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.util.Locale;

/**
 * What one scoring instance counts. A record processed again after a failure counts again. Tags
 * take few values: models are those of the registry.
 */
final class ScoreMetrics {

  private final MeterRegistry registry;
  private final String serviceClass;

  ScoreMetrics(MeterRegistry registry, ServiceClass serviceClass) {
    this.registry = registry;
    this.serviceClass = serviceClass.name().toLowerCase(Locale.ROOT);
  }

  void scored(String model, Duration took) {
    registry.counter("penstock.score.scored", "class", serviceClass, "model", model).increment();
    time("scored", took);
  }

  void refused(RefusalCode code, Duration took) {
    registry
        .counter("penstock.score.refused", "class", serviceClass, "code", code.code())
        .increment();
    time("refused", took);
  }

  /** A record with the id of an earlier request, which is not passed on. */
  void duplicate() {
    registry.counter("penstock.score.duplicates", "class", serviceClass).increment();
  }

  void threadReplaced() {
    registry.counter("penstock.score.threads.replaced", "class", serviceClass).increment();
  }

  Counter registryWaits() {
    return registry.counter("penstock.score.registry.waits", "class", serviceClass);
  }

  Counter modelsRejected() {
    return registry.counter("penstock.score.models.rejected", "class", serviceClass);
  }

  private void time(String result, Duration took) {
    Timer.builder("penstock.score.time")
        .description("Time to score one record, without the commit")
        .tags("class", serviceClass, "result", result)
        .publishPercentileHistogram()
        .register(registry)
        .record(took);
  }
}
