package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.grants;
import static io.penstock.streams.dispatch.Samples.withTenants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What batch leaves free, with workers of 16 slots of which an eighth is set aside. */
class SlotReserveTest {

  private static final int SLOTS = 16;

  private final List<Effect> written = new ArrayList<>();
  private final DispatchShard shard =
      new DispatchShard(
          0,
          TopicNames.DEFAULT,
          ShardSettings.DEFAULT.withReserve(
              new SlotReserve(0.125, 4, 0.25, Duration.ofSeconds(30))),
          new MemoryStore(),
          (effect, traceparent) -> written.add(effect),
          ShardMetrics.NONE,
          withTenants("heavy", "light", "other"));
  private Instant now = START;
  private int beats;

  @Test
  void batchFillsEverySlotWhereNothingElseComes() {
    arrive(40, ServiceClass.BATCH);
    ask("w", 16, 0, 0);
    assertThat(leases()).hasSize(16);
  }

  @Test
  void batchLeavesSlotsWhereInteractiveRequestsCame() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(40, ServiceClass.BATCH);
    ask("w", 16, 0, 0);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(13);
    arrive(2, ServiceClass.INTERACTIVE);
    assertThat(leasesOf(ServiceClass.INTERACTIVE)).isEqualTo(3);
    arrive(1, ServiceClass.INTERACTIVE);
    assertThat(leases()).hasSize(16);
  }

  @Test
  void standardRequestsMayTakeWhatBatchLeaves() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(40, ServiceClass.BATCH);
    arrive(40, ServiceClass.STANDARD);
    ask("w", 16, 0, 0);
    assertThat(leasesOf(ServiceClass.STANDARD)).isEqualTo(15);
  }

  @Test
  void whatRunsForOthersCountsAgainstTheFreeSlots() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(40, ServiceClass.BATCH);
    ask("w", 8, 0, 10);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(3);
  }

  @Test
  void theReserveEndsAWhileAfterTheLastInteractiveRequest() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(40, ServiceClass.BATCH);
    ask("w", 16, 0, 0);
    now = now.plusSeconds(30);
    ask("w", 16, 14, 14);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(13);
    now = now.plusSeconds(1);
    ask("w", 16, 14, 14);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(15);
  }

  @Test
  void aWorkerOfFewSlotsSetsNoneAside() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(40, ServiceClass.BATCH);
    shard.demand(demand("small", "ssmall", ++beats, 7, 0, now).setSlots(7).build(), now);
    assertThat(leases()).hasSize(7);
  }

  @Test
  void batchGoesToAnotherWorkerThanTheOneWithItsReserveLeft() {
    arrive(1, ServiceClass.INTERACTIVE);
    ask("a", 16, 0, 13);
    ask("b", 16, 0, 8);
    arrive(20, ServiceClass.BATCH);
    assertThat(leases().stream().filter(lease -> lease.getWorkerId().equals("a"))).hasSize(1);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(6);
  }

  @Test
  void aLargeWorkerSetsNoMoreAsideThanTheMost() {
    arrive(1, ServiceClass.INTERACTIVE);
    arrive(90, ServiceClass.BATCH);
    shard.demand(demand("large", "slarge", ++beats, 80, 0, now).setSlots(80).build(), now);
    assertThat(leasesOf(ServiceClass.BATCH)).isEqualTo(75);
  }

  @Test
  void oneTenantsInteractiveRequestsFillEverySlotWhereNobodyElseComes() {
    arrive("heavy", 40, ServiceClass.INTERACTIVE);
    askLarge(32, 0);
    assertThat(leases()).hasSize(32);
  }

  @Test
  void aSlotIsLeftToLightTenantsWhereOneCame() {
    lightTenantCameBesideAHeavyOne();
    arrive("heavy", 40, ServiceClass.INTERACTIVE);
    askLarge(32, 21);
    assertThat(leases()).hasSize(31);
    arrive("light", 2, ServiceClass.INTERACTIVE);
    assertThat(leases()).hasSize(32);
    assertThat(leases().getLast().getTenant()).isEqualTo("light");
  }

  @Test
  void standardRequestsLeaveItToo() {
    lightTenantCameBesideAHeavyOne();
    arrive("other", 40, ServiceClass.STANDARD);
    askLarge(32, 21);
    assertThat(leases()).hasSize(31);
  }

  @Test
  void aHeavyTenantsRequestGoesToAnotherWorkerThanTheOneWithThatSlotLeft() {
    lightTenantCameBesideAHeavyOne();
    askLarge(32, 31);
    shard.demand(demand("b", "sb", ++beats, 1, 0, now).setSlots(32).setRunning(20).build(), now);
    arrive("heavy", 2, ServiceClass.INTERACTIVE);
    assertThat(leases()).hasSize(22);
    assertThat(leases().getLast().getWorkerId()).isEqualTo("b");
  }

  @Test
  void thatSlotIsGivenToAnyoneAWhileAfterTheLastLightTenant() {
    lightTenantCameBesideAHeavyOne();
    arrive("heavy", 40, ServiceClass.INTERACTIVE);
    now = now.plusSeconds(31);
    askLarge(32, 21);
    assertThat(leases()).hasSize(32);
  }

  private void lightTenantCameBesideAHeavyOne() {
    askLarge(21, 0);
    arrive("heavy", 20, ServiceClass.INTERACTIVE);
    arrive("light", 1, ServiceClass.INTERACTIVE);
    assertThat(leases()).hasSize(21);
  }

  @Test
  void valuesOutsideTheirRangesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlotReserve(1, 4, 0.25, Duration.ZERO))
        .withMessageContaining("reserve.share");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlotReserve(0.5, -1, 0.25, Duration.ZERO))
        .withMessageContaining("reserve.most");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlotReserve(0.5, 4, 1.5, Duration.ZERO))
        .withMessageContaining("reserve.lightShare");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SlotReserve(0.5, 4, 0.25, Duration.ofSeconds(-1)))
        .withMessageContaining("reserve.memory");
  }

  private void arrive(int count, ServiceClass serviceClass) {
    arrive("tenant", count, serviceClass);
  }

  private void arrive(String tenant, int count, ServiceClass serviceClass) {
    for (int i = 0; i < count; i++) {
      String id = serviceClass + ":" + beats + ":" + now + ":" + i + ":" + written.size();
      ScoredFacts facts =
          ScoredFacts.newBuilder(facts(id, serviceClass, now, Duration.ofHours(1)))
              .setTenant(tenant)
              .build();
      shard.work(facts, serviceClass, 0, null, now);
    }
  }

  /** A worker of 32 slots, of which 4 are set aside and one of these for light tenants. */
  private void askLarge(long limit, int received) {
    shard.demand(
        demand("large", "slarge", ++beats, limit, received, now)
            .setSlots(32)
            .setRunning(received)
            .build(),
        now);
  }

  private void ask(String worker, long limit, long received, int running) {
    shard.demand(
        demand(worker, "s" + worker, ++beats, limit, received, now)
            .setSlots(SLOTS)
            .setRunning(running)
            .build(),
        now);
  }

  private List<Lease> leases() {
    return grants(written);
  }

  private long leasesOf(ServiceClass serviceClass) {
    return leases().stream()
        .filter(lease -> lease.getRequestId().startsWith(serviceClass.name()))
        .count();
  }
}
