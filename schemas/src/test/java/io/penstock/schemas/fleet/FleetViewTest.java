package io.penstock.schemas.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TenantCommitment;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetViewTest {

  @Test
  void aCommitmentThatIsNoAmountHidesNoOther() {
    for (double strange : List.of(Double.NaN, Double.POSITIVE_INFINITY, -7.0)) {
      FleetView fleet = FleetView.of(List.of(report(0, strange), report(1, 2.5)));
      assertThat(fleet.committed("acme")).as("%s", strange).isEqualTo(2.5);
    }
  }

  private static FleetReport report(int partition, double committed) {
    return FleetReport.newBuilder()
        .setPartition(partition)
        .setModel("m")
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(Instant.EPOCH)
        .setWorkers(1)
        .setSlots(1)
        .setLeased(0)
        .setCommitted(List.of(new TenantCommitment("acme", committed)))
        .setStartedAt(Instant.EPOCH)
        .setSentAt(Instant.EPOCH)
        .build();
  }
}
