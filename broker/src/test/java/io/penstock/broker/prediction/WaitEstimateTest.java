package io.penstock.broker.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WaitEstimateTest {

  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

  private static final ModelCatalog MODELS =
      ModelCatalog.following(
          List.of(
              ModelSpec.newBuilder()
                  .setName("llama")
                  .setAliases(List.of("small"))
                  .setEndpoints(List.of("/v1/completions"))
                  .setContextWindow(100)
                  .setMaxOutputTokens(10)
                  .setUpdatedAt(NOW)
                  .build()));

  @Test
  void startsAtOnceWhereASlotIsFreeAndNothingWaits() {
    WaitEstimate estimate = estimate("small", report(4, 3, 0, 1000.0));

    assertThat(estimate.startsIn()).contains(Duration.ZERO);
    assertThat(estimate.ahead()).hasValue(0);
  }

  @Test
  void waitsForWhatIsAheadByTheTimeThatRequestsTook() {
    WaitEstimate estimate = estimate("llama", report(4, 4, 39, 1000.0));

    assertThat(estimate.ahead()).hasValue(39);
    assertThat(estimate.startsIn()).contains(Duration.ofSeconds(10));
    assertThat(estimate.beyond(Duration.ofSeconds(8))).contains(Duration.ofSeconds(2));
    assertThat(estimate.beyond(Duration.ofSeconds(10))).isEmpty();
    assertThat(estimate.reason()).contains("39 requests", "4 of its 4 slots");
  }

  @Test
  void saysThatNobodyServesTheModel() {
    WaitEstimate estimate = estimate("llama", report(0, 0, 5, 1000.0));

    assertThat(estimate.startsIn()).isEmpty();
    assertThat(estimate.reason()).contains("no worker serves the model llama");
    assertThat(estimate.beyond(Duration.ZERO)).isEmpty();
  }

  @Test
  void saysWhyTheModelFails() {
    FleetReport failing =
        FleetReport.newBuilder(report(4, 0, 5, 1000.0))
            .setHealth(TargetHealth.UNHEALTHY)
            .setReason("8 of 10 failed")
            .build();

    assertThat(estimate("llama", failing).reason()).contains("8 of 10 failed");
  }

  @Test
  void predictsNothingWhereTheChoiceIsOpenOrTheReportIsOld() {
    assertThat(estimate("auto", report(4, 4, 39, 1000.0)).startsIn()).isEmpty();
    FleetReport old =
        FleetReport.newBuilder(report(4, 4, 39, 1000.0)).setSentAt(NOW.minusSeconds(60)).build();
    assertThat(estimate("llama", old).startsIn()).isEmpty();
  }

  @Test
  void lessUrgentClassesDoNotCount() {
    FleetView fleet = FleetView.of(List.of(report(4, 4, 39, 1000.0)));

    WaitEstimate interactive =
        WaitEstimate.of("llama", ServiceClass.INTERACTIVE, MODELS, fleet, NOW);

    assertThat(interactive.ahead()).hasValue(0);
  }

  @Property
  void moreWorkAheadNeverMeansAnEarlierStart(
      @ForAll @IntRange(max = 100_000) int queue, @ForAll @IntRange(min = 1, max = 100) int more) {
    Duration less = estimate("llama", report(4, 4, queue, 250.0)).startsIn().orElseThrow();
    Duration longer = estimate("llama", report(4, 4, queue + more, 250.0)).startsIn().orElseThrow();

    assertThat(longer).isGreaterThanOrEqualTo(less);
  }

  private static WaitEstimate estimate(String model, FleetReport report) {
    return WaitEstimate.of(
        model, ServiceClass.STANDARD, MODELS, FleetView.of(List.of(report)), NOW);
  }

  private static FleetReport report(int slots, int leased, long waiting, double serviceMillis) {
    return FleetReport.newBuilder()
        .setPartition(0)
        .setModel("llama")
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(NOW)
        .setWorkers(slots == 0 ? 0 : 1)
        .setSlots(slots)
        .setLeased(leased)
        .setBacklog(
            List.of(
                ClassBacklog.newBuilder()
                    .setServiceClass(ServiceClass.STANDARD)
                    .setRequests(waiting)
                    .setPromptTokens(0)
                    .setOutputTokens(0)
                    .setDeferred(0)
                    .build()))
        .setServiceMillis(serviceMillis)
        .setSucceeded(0)
        .setFailed(0)
        .setStartedAt(NOW)
        .setSentAt(NOW)
        .build();
  }
}
