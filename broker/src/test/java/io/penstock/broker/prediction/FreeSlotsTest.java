package io.penstock.broker.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreeSlotsTest {

  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

  @Test
  void whatIsLeasedOrWaitsTakesSlots() {
    assertThat(free("llama", List.of(), report(0, 100, 30, 20))).isEqualTo(50);
    assertThat(free("small", List.of(), report(0, 100, 30, 20))).isEqualTo(50);
    assertThat(free("llama", List.of(), report(0, 100, 90, 20))).isZero();
  }

  @Test
  void aWorkerOfSeveralPartitionsHasItsSlotsOnce() {
    assertThat(free("llama", List.of(0, 1), report(0, 100, 10, 0), report(1, 100, 20, 0)))
        .isEqualTo(70);
  }

  @Test
  void nothingIsFreeThatIsNotKnownToBe() {
    assertThat(free("other", List.of(), report(0, 100, 30, 20))).isZero();
    assertThat(free("llama", List.of())).isZero();
    FleetReport old =
        FleetReport.newBuilder(report(0, 100, 0, 0)).setSentAt(NOW.minusSeconds(60)).build();
    assertThat(free("llama", List.of(), old)).isZero();
    FleetReport failing =
        FleetReport.newBuilder(report(0, 100, 0, 0)).setHealth(TargetHealth.UNHEALTHY).build();
    assertThat(free("llama", List.of(), failing)).isZero();
  }

  private static int free(String model, List<Integer> partitions, FleetReport... reports) {
    ModelSpec spec =
        ModelSpec.newBuilder()
            .setName("llama")
            .setAliases(List.of("small"))
            .setEndpoints(List.of("/v1/completions"))
            .setContextWindow(100)
            .setMaxOutputTokens(10)
            .setPartitions(partitions)
            .setUpdatedAt(NOW)
            .build();
    return FreeSlots.of(
        model, ModelCatalog.following(List.of(spec)), FleetView.of(List.of(reports)), NOW);
  }

  private static FleetReport report(int partition, int slots, int leased, long waiting) {
    return FleetReport.newBuilder()
        .setModel("llama")
        .setPartition(partition)
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(NOW)
        .setWorkers(1)
        .setSlots(slots)
        .setLeased(leased)
        .setSucceeded(0)
        .setFailed(0)
        .setBacklog(
            List.of(
                ClassBacklog.newBuilder()
                    .setServiceClass(ServiceClass.BATCH)
                    .setRequests(waiting)
                    .setPromptTokens(0)
                    .setOutputTokens(0)
                    .setDeferred(0)
                    .build()))
        .setStartedAt(NOW)
        .setSentAt(NOW)
        .build();
  }
}
