package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.withTenants;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.shard.Site.Reply;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An honest tenant beside a flood, on one worker that serves one request a second. */
class FloodTest {

  private static final double SECONDS = 1200;

  @Test
  void aNewNameForEachRequestIsOneNeighbour() {
    long oneName = honest(withTenants("honest"), 0.5, false);
    long manyNames = honest(withTenants("honest"), 0.5, true);
    assertThat(oneName).isGreaterThan(400);
    assertThat(manyNames).isGreaterThan((long) (0.97 * oneName));
  }

  /** Newcomers share an account: in the first minute the honest one is a newcomer too. */
  @Test
  void whereNobodyHasAPolicyThatHoldsForWhoHasBeenHeardOfForAMinute() {
    long oneName = honest(ClusterView.NONE, 0.5, false);
    long manyNames = honest(ClusterView.NONE, 0.5, true);
    assertThat(manyNames).isGreaterThan((long) (0.9 * oneName));
  }

  @Test
  void whoAsksForHalfOfItsFairShareGetsIt() {
    assertThat(honest(withTenants("honest", "flood"), 0.25, false)).isGreaterThan(290);
  }

  @Test
  void theSameWhereNobodyHasAPolicy() {
    assertThat(honest(ClusterView.NONE, 0.25, false)).isGreaterThan(270);
  }

  private static long honest(ClusterView cluster, double perSecond, boolean manyNames) {
    Site site = new Site(cluster);
    site.worker("w", 1, false, lease -> Reply.served(Duration.ofMillis(985)));
    int all = (int) (perSecond * SECONDS);
    for (int i = 0; i < all; i++) {
      arrive(site, i / perSecond + 0.1, "honest", "h" + i);
    }
    Random random = new Random(1);
    for (int i = 0; i < 10 * SECONDS; i++) {
      String name = manyNames ? "name" + i : "flood";
      arrive(site, 0.1 * i + 0.05 * random.nextDouble(), name, "f" + i);
    }
    site.runUntil(SECONDS + 60);
    return site.succeeded("honest");
  }

  private static void arrive(Site site, double seconds, String tenant, String id) {
    site.arrive(seconds, tenant, id, ServiceClass.INTERACTIVE, Duration.ofMinutes(1));
  }
}
