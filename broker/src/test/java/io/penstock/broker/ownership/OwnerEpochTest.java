package io.penstock.broker.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.home.StateEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnerEpochTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  @Test
  void eachOwnerHasTheNextEpoch() {
    assertThat(OwnerEpoch.next(null, NOW)).isEqualTo(1);
    assertThat(OwnerEpoch.next(OwnerEpoch.entry(3, 1), NOW)).isEqualTo(2);
    assertThat(OwnerEpoch.entry(3, 1).key()).isEqualTo(OwnerEpoch.key(3));
  }

  /** A damaged count must neither keep a partition closed nor bring an epoch back. */
  @Test
  void whereTheCountIsLostTheEpochIsGreaterThanAllThatWere() {
    for (String damaged : List.of("", "x", "-4", "0", "99999999999999999999", "\u0000\uFFFD")) {
      StateEntry before =
          new StateEntry("home-epoch", "3", damaged.getBytes(StandardCharsets.UTF_8));
      long first = OwnerEpoch.next(before, NOW);
      assertThat(first).as(damaged).isGreaterThan(1_000_000_000);

      long second = OwnerEpoch.next(OwnerEpoch.entry(3, first), NOW.plusSeconds(1));
      long third = OwnerEpoch.next(OwnerEpoch.damaged(3), NOW.plusSeconds(2));
      assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
    }
    assertThat(OwnerEpoch.next(OwnerEpoch.entry(3, Long.MAX_VALUE), NOW)).isPositive();
  }
}
