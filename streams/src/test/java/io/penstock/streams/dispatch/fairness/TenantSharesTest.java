package io.penstock.streams.dispatch.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantSharesTest {

  private final TenantShares shares =
      new TenantShares(FairnessSettings.DEFAULT.withTenantWeights(Map.of("heavy", 2.0)));

  @Test
  void aTenantThatReturnsIsLiftedToTheLeastServedOfThoseThatWait() {
    shares.enter("a");
    shares.enter("b");
    shares.leave("b");
    shares.charge("a", 500);
    shares.enter("b");
    assertThat(shares.served("b")).isEqualTo(500);
  }

  @Test
  void whereNobodyWaitsTheLastThatDidIsTheMeasure() {
    shares.enter("a");
    shares.charge("a", 500);
    shares.leave("a");
    shares.enter("b");
    assertThat(shares.served("b")).isEqualTo(500);
  }

  @Test
  void aTenantThatIsAheadStaysAheadWhileItIsAway() {
    shares.enter("a");
    shares.enter("b");
    shares.charge("a", 500);
    shares.leave("a");
    shares.enter("a");
    assertThat(shares.served("a")).isEqualTo(500);
    assertThat(shares.least()).isZero();
  }

  @Test
  void aTenantThatWouldBeLiftedAnywayIsForgotten() {
    shares.enter("a");
    for (int i = 0; i < 1000; i++) {
      shares.enter("t" + i);
      shares.leave("t" + i);
    }
    assertThat(shares.size()).isEqualTo(1);
  }

  @Test
  void debtorsAreBounded() {
    TenantShares few = new TenantShares(new FairnessSettings(1, 2, 0, 0, Map.of(), false, 10));
    few.enter("a");
    for (int i = 0; i < 1000; i++) {
      few.enter("t" + i);
      few.charge("t" + i, 1 + i);
      few.leave("t" + i);
    }
    assertThat(few.size()).isEqualTo(11);
    assertThat(few.served("t999")).isEqualTo(1000);
  }

  @Test
  void weightDividesWhatCounts() {
    shares.enter("heavy");
    shares.charge("heavy", 500);
    assertThat(shares.served("heavy")).isEqualTo(250);
  }

  @Test
  void settingsAreValidated() {
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.within(10, 5)).hasMessageContaining("bound");
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.within(-1, 5))
        .hasMessageContaining("tolerance");
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.withTenantWeights(Map.of("t", 0.0)))
        .hasMessageContaining("tenant t");
  }
}
