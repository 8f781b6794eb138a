package io.penstock.streams.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The metrics of the control loop. */
final class ControlMetrics {

  private final MeterRegistry registry;
  private final AtomicInteger leads = new AtomicInteger();
  private final Counter overtaken;
  private final MultiGauge rungs;
  private final MultiGauge pressure;
  private final MultiGauge rollouts;

  ControlMetrics(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge("penstock.control.leader", leads);
    this.overtaken = registry.counter("penstock.control.overtaken");
    this.rungs =
        MultiGauge.builder("penstock.control.ladder.rung")
            .description("1 for each rung in force")
            .register(registry);
    this.pressure =
        MultiGauge.builder("penstock.control.ladder.pressure")
            .description("Predicted time to first token by the class's objective")
            .register(registry);
    this.rollouts =
        MultiGauge.builder("penstock.control.rollout.percent")
            .description("The new variant's share of new requests")
            .register(registry);
  }

  void leads(boolean now) {
    leads.set(now ? 1 : 0);
  }

  void overtaken() {
    overtaken.increment();
  }

  /** Counts what was written, by kind. */
  void written(String kind) {
    registry.counter("penstock.control.written", "kind", kind).increment();
  }

  /** Shows the state of ladders and rollouts; a ladder's rungs that are not in force show 0. */
  void show(RoutingState routing, Map<String, Map<ServiceClass, Double>> pressures) {
    List<Row<?>> rungRows = new ArrayList<>();
    List<Row<?>> pressureRows = new ArrayList<>();
    pressures.forEach(
        (model, byClass) -> {
          Optional<Degradation> degradation = routing.degradation(model);
          int active = degradation.map(each -> each.active().size()).orElse(0);
          routing
              .ladder(model)
              .ifPresent(ladder -> rungRows(rungRows, model, ladder.rungs(), active));
          byClass.forEach(
              (serviceClass, value) ->
                  pressureRows.add(
                      Row.of(
                          Tags.of(
                              "model",
                              model,
                              "class",
                              serviceClass.name().toLowerCase(Locale.ROOT)),
                          value)));
        });
    rungs.register(rungRows, true);
    pressure.register(pressureRows, true);
    rollouts.register(
        routing
            .all(Rollout.class)
            .<Row<?>>map(
                each -> Row.of(Tags.of("model", each.name(), "to", each.to()), each.percent()))
            .toList(),
        true);
  }

  private static void rungRows(List<Row<?>> rows, String model, List<Rung> rungs, int active) {
    for (int i = 0; i < rungs.size(); i++) {
      Rung rung = rungs.get(i);
      rows.add(
          Row.of(
              Tags.of("model", model, "rung", (i + 1) + "-" + rung.action()), i < active ? 1 : 0));
    }
  }
}
