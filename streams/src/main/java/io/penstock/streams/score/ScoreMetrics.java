package io.penstock.streams.score;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The metrics of one scoring instance. A record processed again after a failure counts again. Tags
 * take few values: models are those of the registry.
 */
final class ScoreMetrics {

  private final MeterRegistry registry;
  private final String serviceClass;
  private final Map<String, Counter> scored = new ConcurrentHashMap<>();
  private final Timer timeOfScored;
  private final Timer timeOfRefused;

  ScoreMetrics(MeterRegistry registry, ServiceClass serviceClass) {
    this.registry = registry;
    this.serviceClass = serviceClass.name().toLowerCase(Locale.ROOT);
    this.timeOfScored = timer("scored");
    this.timeOfRefused = timer("refused");
  }

  void scored(String model, Duration took) {
    scored
        .computeIfAbsent(
            model,
            of -> registry.counter("penstock.score.scored", "class", serviceClass, "model", of))
        .increment();
    timeOfScored.record(took);
  }

  /**
   * What overload or a budget took from a request.
   *
   * @param step such as {@code cheaper_model} or {@code output_capped:256}, of which the figure is
   *     left out
   */
  void degraded(String step) {
    int figure = step.indexOf(':');
    registry
        .counter(
            "penstock.score.degraded",
            "class",
            serviceClass,
            "step",
            figure < 0 ? step : step.substring(0, figure))
        .increment();
  }

  void refused(RefusalCode code, Duration took) {
    registry
        .counter("penstock.score.refused", "class", serviceClass, "code", code.code())
        .increment();
    timeOfRefused.record(took);
  }

  /** A record with the id of an earlier request. */
  void duplicate() {
    registry.counter("penstock.score.duplicates", "class", serviceClass).increment();
  }

  /** A record that lay outside of its id's partition. */
  void putBack() {
    registry.counter("penstock.score.put.back", "class", serviceClass).increment();
  }

  Counter registryWaits() {
    return registry.counter("penstock.score.registry.waits", "class", serviceClass);
  }

  Counter modelsRejected() {
    return registry.counter("penstock.score.models.rejected", "class", serviceClass);
  }

  /** Entries of the routing topic that cannot be used. */
  Counter routingRejected() {
    return registry.counter("penstock.score.routing.rejected", "class", serviceClass);
  }

  /** Reports of the fleet topic that cannot be used. */
  Counter fleetRejected() {
    return registry.counter("penstock.score.fleet.rejected", "class", serviceClass);
  }

  private Timer timer(String result) {
    return Timer.builder("penstock.score.time")
        .description("Time to score one record, without the commit")
        .tags("class", serviceClass, "result", result)
        .publishPercentileHistogram()
        .register(registry);
  }
}
