package io.penstock.streams.dispatch.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ServiceClass;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantSharesTest {

  private static final long NOW = 1_700_000_000_000_000L;

  private final TenantShares shares =
      new TenantShares(FairnessSettings.DEFAULT.withTenantWeights(Map.of("heavy", 2.0)));

  @Test
  void aTenantThatReturnsIsLiftedToTheLeastServedOfThoseThatWait() {
    shares.enter("a");
    shares.enter("b");
    shares.leave("b");
    shares.charge("a", 500, NOW);
    shares.enter("b");
    assertThat(shares.served("b")).isEqualTo(500);
  }

  @Test
  void whereNobodyWaitsTheLastThatDidIsTheMeasure() {
    shares.enter("a");
    shares.charge("a", 500, NOW);
    shares.leave("a");
    shares.enter("b");
    assertThat(shares.served("b")).isEqualTo(500);
  }

  @Test
  void aTenantThatIsAheadStaysAheadWhileItIsAway() {
    shares.enter("a");
    shares.enter("b");
    shares.charge("a", 500, NOW);
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
    TenantShares few =
        new TenantShares(
            new FairnessSettings(
                1, 2, FairnessSettings.DEFAULT.leeways(), LightTenants.NONE, Map.of(), false, 10));
    few.enter("a");
    for (int i = 0; i < 1000; i++) {
      few.enter("t" + i);
      few.charge("t" + i, 1 + i, NOW);
      few.leave("t" + i);
    }
    assertThat(few.size()).isEqualTo(11);
    assertThat(few.served("t999")).isEqualTo(1000);
  }

  @Test
  void weightDividesWhatCounts() {
    shares.enter("heavy");
    shares.charge("heavy", 500, NOW);
    assertThat(shares.served("heavy")).isEqualTo(250);
  }

  @Test
  void aClassHasALeewayOfItsOwn() {
    Leeway wide = new Leeway(10, 20);
    FairnessSettings changed = FairnessSettings.DEFAULT.within(ServiceClass.BATCH, wide);
    assertThat(changed.leeway(ServiceClass.BATCH)).isEqualTo(wide);
    for (ServiceClass other : List.of(ServiceClass.INTERACTIVE, ServiceClass.STANDARD)) {
      assertThat(changed.leeway(other)).isEqualTo(FairnessSettings.DEFAULT.leeway(other));
    }
    assertThat(FairnessSettings.OFF.leeways().values()).noneMatch(Leeway::ordersTenants);
  }

  @Test
  void settingsAreValidated() {
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.within(10, 5)).hasMessageContaining("bound");
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.within(-1, 5))
        .hasMessageContaining("tolerance");
    assertThatThrownBy(() -> FairnessSettings.DEFAULT.withTenantWeights(Map.of("t", 0.0)))
        .hasMessageContaining("tenant t");
    Map<ServiceClass, Leeway> onlyBatch = Map.of(ServiceClass.BATCH, new Leeway(0, 0));
    assertThatThrownBy(
            () -> new FairnessSettings(1, 2, onlyBatch, LightTenants.NONE, Map.of(), false, 1))
        .hasMessageContainingAll("leeways", "each class");
  }
}
