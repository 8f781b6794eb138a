package io.penstock.streams.dispatch.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TenantAccountsTest {

  private static final long NOW = 1_700_000_000_000_000L;
  private static final long MINUTE = 60_000_000;

  private final TenantAccounts accounts =
      new TenantAccounts(FairnessSettings.DEFAULT.withTenantWeights(Map.of("heavy", 2.0)));

  @Test
  void aTenantThatIsNamedHasAnAccountOfItsOwn() {
    accounts.name(Set.of("acme"));
    assertThat(accounts.heard("acme", NOW)).isEqualTo("acme");
    assertThat(accounts.heard("heavy", NOW)).isEqualTo("heavy");
  }

  @Test
  void whereAnyIsNamedAllOthersShareOneHoweverLongTheyAreKnown() {
    accounts.heard("old", NOW);
    assertThat(accounts.heard("old", NOW + MINUTE)).isEqualTo("old");
    accounts.name(Set.of("acme"));
    assertThat(accounts.heard("old", NOW + 2 * MINUTE)).isEqualTo(TenantAccounts.SHARED);
    assertThat(accounts.heard("new", NOW + 2 * MINUTE)).isEqualTo(TenantAccounts.SHARED);
  }

  @Test
  void whereNoneIsNamedANewcomerSharesOneUntilItHasAHistory() {
    assertThat(accounts.heard("a", NOW)).isEqualTo(TenantAccounts.SHARED);
    assertThat(accounts.heard("a", NOW + MINUTE - 1)).isEqualTo(TenantAccounts.SHARED);
    assertThat(accounts.heard("a", NOW + MINUTE)).isEqualTo("a");
    assertThat(accounts.heard("a", NOW)).isEqualTo("a");
  }

  @Test
  void oneRequestIsNoHistoryHoweverOftenItIsSeen() {
    for (int again = 0; again < 3; again++) {
      assertThat(accounts.heard("a", NOW - 10 * MINUTE)).isEqualTo(TenantAccounts.SHARED);
    }
  }

  @Test
  void aFloodOfNamesTakesBoundedMemoryAndNobodysHistory() {
    accounts.heard("honest", NOW);
    accounts.heard("honest", NOW + MINUTE);
    for (int i = 0; i < 200_000; i++) {
      accounts.heard("name" + i, NOW + i);
    }
    assertThat(accounts.size()).isLessThan(80_000);
    assertThat(accounts.heard("honest", NOW + 2 * MINUTE)).isEqualTo("honest");
  }
}
