package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ForestallsTest {

  private final Forestalls forestalls = new Forestalls();

  @Test
  void aTenantThatMakesUpIdsUsesUpItsOwnNumberAndNobodyElses() {
    assertThat(noted("flood", 2 * Forestalls.OF_TENANT, START)).isEqualTo(Forestalls.OF_TENANT);

    assertThat(noted("calm", 100, START)).isEqualTo(100);
  }

  @Test
  void manyTenantsTogetherAreBoundedToo() {
    int noted = 0;
    for (int tenant = 0; tenant < 5_000; tenant++) {
      noted += noted("t" + tenant, 100, START);
    }

    assertThat(noted).isEqualTo(Forestalls.OF_ALL);
  }

  @Test
  void theNumberFillsUpWithinADay() {
    noted("flood", Forestalls.OF_TENANT, START);

    assertThat(noted("flood", Forestalls.OF_TENANT, START.plus(Duration.ofHours(12))))
        .isEqualTo(Forestalls.OF_TENANT / 2);
  }

  private int noted(String tenant, int asked, Instant now) {
    int noted = 0;
    for (int i = 0; i < asked && forestalls.open(tenant, now); i++) {
      forestalls.count(tenant, now);
      noted++;
    }
    return noted;
  }
}
