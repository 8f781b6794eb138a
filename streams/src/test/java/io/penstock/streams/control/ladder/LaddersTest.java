package io.penstock.streams.control.ladder;

import static io.penstock.streams.control.ControlSamples.MODEL;
import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.backlog;
import static io.penstock.streams.control.ControlSamples.model;
import static io.penstock.streams.control.ControlSamples.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaddersTest {

  private static final DegradationLadder FOR_ALL =
      new DegradationLadder(
          DegradationLadder.EVERY_MODEL,
          List.of(new Rung(Action.DEFER_BATCH, ServiceClass.STANDARD, 1, 0.5, 2, 2, null, null)));

  private final Ladders ladders = new Ladders(ServiceLevels.DEFAULT);
  private RoutingState routing = RoutingState.of(List.of(FOR_ALL));
  private final ModelCatalog models = ModelCatalog.following(List.of(model()));

  private List<Ladders.Change> step(FleetView fleet, Instant now) {
    List<Ladders.Change> changes = ladders.step(routing, models, fleet, now);
    for (Ladders.Change change : changes) {
      routing =
          switch (change) {
            case Ladders.Change.Put(var degradation, String reason) -> routing.with(degradation);
            case Ladders.Change.Remove(String name, String reason) ->
                routing.without("degradation/" + name);
          };
    }
    return changes;
  }

  private static FleetView waiting(long standard, Instant now) {
    return FleetView.of(
        List.of(
            report(null, now)
                .setServiceMillis(2000.0)
                .setBacklog(
                    standard == 0 ? List.of() : List.of(backlog(ServiceClass.STANDARD, standard)))
                .build()));
  }

  @Test
  void writesADegradationOnlyWhenRungsChange() {
    // 808 requests, 8 slots of 2 s each: 200 s against an objective of 20 s.
    assertThat(step(waiting(808, NOW), NOW)).isEmpty();
    assertThat(ladders.pressures().get(MODEL).get(ServiceClass.STANDARD)).isEqualTo(10.0);
    assertThat(ladders.pressures().get(MODEL).get(ServiceClass.INTERACTIVE)).isEqualTo(0.0);
    assertThat(step(waiting(808, NOW.plusSeconds(2)), NOW.plusSeconds(2))).hasSize(1);
    assertThat(routing.degradation(MODEL))
        .hasValueSatisfying(d -> assertThat(d.has(Action.DEFER_BATCH)).isTrue());
    for (int second = 3; second < 30; second++) {
      Instant now = NOW.plusSeconds(second);
      assertThat(step(waiting(808 + second, now), now)).as("at %d", second).isEmpty();
    }
    Instant calm = NOW.plusSeconds(30);
    assertThat(step(waiting(0, calm), calm)).isEmpty();
    assertThat(step(waiting(0, calm.plusSeconds(2)), calm.plusSeconds(2)))
        .containsExactly(
            new Ladders.Change.Remove(
                MODEL, "left defer_batch: pressure of STANDARD 0.00, threshold 0.50"));
    assertThat(routing.degradation(MODEL)).isEmpty();
  }

  @Test
  void refreshesThePressureOnceInAWhile() {
    step(waiting(808, NOW), NOW);
    step(waiting(808, NOW.plusSeconds(2)), NOW.plusSeconds(2));
    Instant later = NOW.plusSeconds(33);
    assertThat(step(waiting(8080, later), later)).hasSize(1);
    assertThat(routing.degradation(MODEL).orElseThrow().since()).isEqualTo(NOW.plusSeconds(2));
  }

  @Test
  void aLadderThatIsRemovedTakesItsRungsAlong() {
    step(waiting(808, NOW), NOW);
    step(waiting(808, NOW.plusSeconds(2)), NOW.plusSeconds(2));
    routing = routing.without("ladder/*");
    assertThat(step(waiting(808, NOW.plusSeconds(3)), NOW.plusSeconds(3)))
        .containsExactly(new Ladders.Change.Remove(MODEL, "it has no ladder any more"));
  }

  @Test
  void withoutWorkersPressureIsEndlessOnlyIfSomethingWaits() {
    FleetView nobody = FleetView.of(List.of(report(null, NOW).setWorkers(0).setSlots(0).build()));
    assertThat(pressure(nobody)).containsEntry(ServiceClass.INTERACTIVE, 0.0);
    FleetView waiting =
        FleetView.of(
            List.of(
                report(null, NOW)
                    .setHealth(TargetHealth.UNHEALTHY)
                    .setBacklog(List.of(backlog(ServiceClass.STANDARD, 1)))
                    .build()));
    assertThat(pressure(waiting))
        .containsEntry(ServiceClass.INTERACTIVE, 0.0)
        .containsEntry(ServiceClass.STANDARD, Pressure.MOST)
        .containsEntry(ServiceClass.BATCH, Pressure.MOST);
    assertThat(pressure(FleetView.EMPTY)).containsEntry(ServiceClass.STANDARD, 0.0);
  }

  @Test
  void workersThatServeEveryVariantCountOnce() {
    FleetView fleet =
        FleetView.of(
            List.of(
                report(null, NOW).setServiceMillis(2000.0).build(),
                report("blue", NOW)
                    .setWorkers(3)
                    .setSlots(12)
                    .setServiceMillis(2000.0)
                    .setBacklog(List.of(backlog(ServiceClass.INTERACTIVE, 12 + 12)))
                    .build(),
                report("green", NOW).setServiceMillis(2000.0).build()));
    // 8 slots serve all, 4 more serve blue: 24 requests wait, 12 of them for a slot.
    assertThat(pressure(fleet).get(ServiceClass.INTERACTIVE))
        .isCloseTo(12 * 2.0 / 12 / 2, within(1e-9));
  }

  @Test
  void higherClassesAreAheadOfLowerOnesOnly() {
    FleetView fleet =
        FleetView.of(
            List.of(
                report(null, NOW)
                    .setPrefillTokensPerSecond(1000.0)
                    .setFirstTokenMillis(100.0)
                    .setBacklog(
                        List.of(
                            backlog(ServiceClass.INTERACTIVE, 2), backlog(ServiceClass.BATCH, 100)))
                    .build()));
    assertThat(pressure(fleet).get(ServiceClass.INTERACTIVE)).isCloseTo(2.1 / 2, within(1e-9));
    assertThat(pressure(fleet).get(ServiceClass.STANDARD)).isCloseTo(2.1 / 20, within(1e-9));
    assertThat(pressure(fleet).get(ServiceClass.BATCH)).isCloseTo(102.1 / 3600, within(1e-9));
  }

  private static Map<ServiceClass, Double> pressure(FleetView fleet) {
    return Pressure.of(MODEL, fleet, ServiceLevels.DEFAULT, NOW);
  }
}
