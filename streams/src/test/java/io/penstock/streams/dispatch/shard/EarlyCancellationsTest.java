package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EarlyCancellationsTest {

  private final EarlyCancellations earlyCancellations = new EarlyCancellations();

  @Test
  void aTenantThatMakesUpIdsUsesUpItsOwnNumberAndNobodyElses() {
    assertThat(noted("flood", 2 * EarlyCancellations.OF_TENANT, START))
        .isEqualTo(EarlyCancellations.OF_TENANT);

    assertThat(noted("calm", 100, START)).isEqualTo(100);
  }

  @Test
  void manyTenantsTogetherAreBoundedToo() {
    int noted = 0;
    for (int tenant = 0; tenant < 5_000; tenant++) {
      noted += noted("t" + tenant, 100, START);
    }

    assertThat(noted).isEqualTo(EarlyCancellations.OF_ALL);
  }

  @Test
  void theNumberFillsUpWithinADay() {
    noted("flood", EarlyCancellations.OF_TENANT, START);

    assertThat(noted("flood", EarlyCancellations.OF_TENANT, START.plus(Duration.ofHours(12))))
        .isEqualTo(EarlyCancellations.OF_TENANT / 2);
  }

  private int noted(String tenant, int asked, Instant now) {
    int noted = 0;
    for (int i = 0; i < asked && earlyCancellations.open(tenant, now); i++) {
      earlyCancellations.count(tenant, now);
      noted++;
    }
    return noted;
  }
}
