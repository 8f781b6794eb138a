package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.connections.TenantShares.Taking;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TenantSharesTest {

  private static final int MOST = 100;
  private static final int TENANTS = 4;

  private record Held(String tenant, int amount) {}

  /** A step below zero gives something back; one from 0 on lets a tenant take an amount. */
  @Property
  void nobodyTakesWhatOthersNeed(
      @ForAll @Size(max = 80) List<@IntRange(min = -60, max = 120) Integer> steps) {
    TenantShares shares = new TenantShares(MOST);
    Deque<Held> held = new ArrayDeque<>();
    Map<String, Long> own = new HashMap<>();
    int turn = 0;
    for (int step : steps) {
      if (step < 0) {
        if (!held.isEmpty()) {
          Held last = step % 2 == 0 ? held.removeFirst() : held.removeLast();
          shares.giveBack(last.tenant(), last.amount());
          own.merge(last.tenant(), (long) -last.amount(), Long::sum);
        }
        continue;
      }
      String tenant = "tenant-" + turn++ % TENANTS;
      int amount = step % 30;
      long before = own.getOrDefault(tenant, 0L);
      long free = MOST - shares.taken();
      Taking taking = shares.take(tenant, amount);
      if (taking == Taking.TAKEN) {
        held.addLast(new Held(tenant, amount));
        own.put(tenant, before + amount);
        assertThat(before == 0 || amount == 0 || before + amount <= 3 * (free - amount)).isTrue();
      } else {
        assertThat(before > 0 || amount > free)
            .as("whoever has nothing gets what is free")
            .isTrue();
      }
      assertThat(shares.taken())
          .isEqualTo(own.values().stream().mapToLong(Long::longValue).sum())
          .isBetween(0L, (long) MOST);
    }
    held.forEach(each -> shares.giveBack(each.tenant(), each.amount()));
    assertThat(shares.taken()).isZero();
  }

  /** However many places tenants take, one by one, k of them leave a 4^k-th part to newcomers. */
  @Property
  void eachTenantLeavesAQuarterOfWhatWasFree(
      @ForAll @Size(max = 2000) List<@IntRange(min = 0, max = 5) Integer> steps) {
    TenantShares shares = new TenantShares(1000);
    long[] own = new long[3];
    for (int step : steps) {
      int tenant = step % 3;
      String name = "tenant-" + tenant;
      if (step < 3) {
        // Greedy: as many as it gets.
        while (shares.take(name, 1) == Taking.TAKEN) {
          own[tenant]++;
        }
      } else if (own[tenant] > 0) {
        long back = own[tenant] / 2 + 1;
        shares.giveBack(name, back);
        own[tenant] -= back;
      }
      long holders = Arrays.stream(own).filter(each -> each > 0).count();
      assertThat(1000 - shares.taken())
          .isGreaterThanOrEqualTo((long) (1000 / Math.pow(4, (double) holders)));
    }
  }

  @Test
  void aTenantThatIsAloneGetsThreeQuarters() {
    TenantShares shares = new TenantShares(MOST);
    for (int each = 0; each < 75; each++) {
      assertThat(shares.take("a", 1)).isEqualTo(Taking.TAKEN);
    }
    assertThat(shares.take("a", 1)).isEqualTo(Taking.TENANT_HAS_ITS_SHARE);
    assertThat(shares.take("b", 25)).isEqualTo(Taking.TAKEN);
    assertThat(shares.take("b", 1)).isEqualTo(Taking.ALL_TAKEN);
    assertThat(shares.take("a", 1)).isEqualTo(Taking.TENANT_HAS_ITS_SHARE);
  }

  @Test
  void moreThanThereIsCanBeTakenWhileNobodyHasAnything() {
    TenantShares shares = new TenantShares(MOST);
    assertThat(shares.take("a", 300)).isEqualTo(Taking.TAKEN);
    assertThat(shares.take("a", 0)).isEqualTo(Taking.TAKEN);
    assertThat(shares.take("b", 1)).isEqualTo(Taking.ALL_TAKEN);
    shares.giveBack("a", 300);
    assertThat(shares.take("b", 1)).isEqualTo(Taking.TAKEN);
  }

  @Test
  void whatWasNotTakenCannotBeGivenBack() {
    TenantShares shares = new TenantShares(MOST);
    assertThatThrownBy(() -> shares.giveBack("a", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TenantShares(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
