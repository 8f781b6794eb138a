package io.penstock.compose.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.trace.TraceGenerator;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import io.penstock.workers.engine.simulated.GpuProfiles;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetSimulationTest {

  private static final GpuProfile PROFILE = GpuProfiles.builtIn().named("llama3.1-8b_a100tp2");
  private static final List<SimRequest> REQUESTS =
      ClassMix.TWO_CLASSES.requests(new TraceGenerator(60, 5.5, 2.5).generate(3), 3, PROFILE, 3);

  @Test
  void everyPolicyServesEveryRequestOnce() {
    Policies.named(List.of())
        .forEach(
            (name, factory) ->
                assertThat(run(name, 0.5).requests())
                    .as(name)
                    .hasSameSizeAs(REQUESTS)
                    .allMatch(SimRequest::isFinished));
  }

  @Test
  void whatDeadWorkersHeldIsServedByOthersOrByThemOnceTheyAreBack() {
    Outage outage = new Outage(Duration.ofSeconds(20), 2, Duration.ofSeconds(10));
    for (String policy : Policies.SURVIVING) {
      FleetSimulation.Outcome outcome =
          FleetSimulation.run(
              Policies.named(List.of(policy)).get(policy), REQUESTS, fleet(0).withOutage(outage));
      assertThat(outcome.requests())
          .as(policy)
          .hasSameSizeAs(REQUESTS)
          .allMatch(SimRequest::isFinished);
    }
  }

  @Test
  void aDeadWorkerCostsWhatItRanAndNothingOfThePast() {
    List<SimRequest> calm = run("penstock", 0).requests();
    List<SimRequest> hit =
        FleetSimulation.run(
                Policies.named(List.of("penstock")).get("penstock"),
                REQUESTS,
                fleet(0).withOutage(new Outage(Duration.ofSeconds(20), 4, Duration.ofSeconds(30))))
            .requests();
    long death = 20_000_000_000L;
    for (int i = 0; i < calm.size(); i++) {
      if (calm.get(i).finishedAt() < death) {
        assertThat(hit.get(i).finishedAt()).isEqualTo(calm.get(i).finishedAt());
      }
    }
    assertThat(hit.stream().filter(SimRequest::inTime).count())
        .isLessThan(calm.stream().filter(SimRequest::inTime).count());
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (String policy : List.of("penstock", "random", "clairvoyant")) {
      assertThat(run(policy, 0.5).metrics()).as(policy).isEqualTo(run(policy, 0.5).metrics());
      assertThat(run(policy, 0.5).events()).as(policy).isEqualTo(run(policy, 0.5).events());
    }
  }

  @Test
  void aLoneRequestIsServedAsFastAsDelaysAndEngineAllow() {
    SimRequest lone =
        new SimRequest(
            "lone",
            1_000_000_000L,
            1600,
            2,
            "t",
            "conv",
            ServiceClass.INTERACTIVE,
            Objective.firstTokenWithin(Duration.ofSeconds(2)));
    SimRequest served =
        FleetSimulation.run(
                Policies.named(List.of("penstock")).get("penstock"), List.of(lone), fleet(0))
            .requests()
            .getFirst();
    // 5 ms to the worker, 1,600 tokens at 16,000 a second, one decode step of 8.6 ms.
    assertThat(served.timeToFirstToken()).isBetween(113_000_000L, 114_500_000L);
    assertThat(lone.isFinished()).isFalse();
  }

  @Test
  void pullingInTimeBeatsPushingWhereWorkersDiffer() {
    FleetMetrics pulled = run("penstock", 0.5).metrics();
    FleetMetrics pushed = run("round_robin", 0.5).metrics();
    assertThat(pulled.interactiveSlo()).isGreaterThan(pushed.interactiveSlo() + 10);
    assertThat(pulled.goodputPerSecond()).isGreaterThan(pushed.goodputPerSecond());
  }

  @Test
  void inOverloadTheDefaultRankStaysNearTheClairvoyantBoundWhereEdfCollapses() {
    List<SimRequest> flood =
        ClassMix.TWO_CLASSES.requests(new TraceGenerator(120, 5.5, 2.5).generate(5), 4, PROFILE, 5);
    FleetMetrics penstock = run("penstock", flood).metrics();
    FleetMetrics clairvoyant = run("clairvoyant", flood).metrics();
    FleetMetrics edf = run("edf", flood).metrics();
    assertThat(penstock.interactiveSlo()).isGreaterThan(clairvoyant.interactiveSlo() - 2);
    assertThat(penstock.batchSlo()).isGreaterThan(clairvoyant.batchSlo() - 2);
    assertThat(penstock.interactiveSlo()).isGreaterThan(edf.interactiveSlo() + 20);
  }

  private static FleetSimulation.Outcome run(String policy, List<SimRequest> requests) {
    return FleetSimulation.run(Policies.named(List.of(policy)).get(policy), requests, fleet(0.5));
  }

  @Test
  void mlperfsClassesAreAllThere() {
    List<SimRequest> requests =
        ClassMix.MLPERF.requests(new TraceGenerator(60, 5.5, 2.5).generate(3), 1, PROFILE, 3);
    assertThat(requests)
        .extracting(request -> request.serviceClass)
        .contains(ServiceClass.INTERACTIVE, ServiceClass.STANDARD, ServiceClass.BATCH);
  }

  private static FleetSimulation.Outcome run(String policy, double slowShare) {
    return FleetSimulation.run(
        Policies.named(List.of(policy)).get(policy), REQUESTS, fleet(slowShare));
  }

  private static FleetSettings fleet(double slowShare) {
    BatchingSettings engine = BatchingSettings.DEFAULTS;
    return new FleetSettings(
        PROFILE, 4, slowShare, Duration.ofMillis(5), engine, engine.chunkTokens(), 3);
  }
}
