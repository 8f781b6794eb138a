package io.penstock.compose.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.compose.bench.sim.TenantSimulation.Served;
import io.penstock.compose.bench.trace.TraceRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceDifferenceTest {

  @Test
  void tenantsThatGetWhatTheyAskForAddNothing() {
    List<Served> served = new ArrayList<>();
    for (int second = 0; second < 700; second++) {
      served.add(new Served("a", 100, 50, second, second, second + 0.5));
      served.add(new Served("b", 10, 5, second, second, second + 0.5));
    }
    // A window of 60 s counts 61 arrivals where one falls on either end, as in the paper's code.
    assertThat(ServiceDifference.of(served, 600).most()).isLessThan(5);
  }

  @Test
  void aTenantThatWaitsAddsWhatItLacksAgainstTheBestServed() {
    List<Served> served = new ArrayList<>();
    for (int second = 0; second < 700; second++) {
      served.add(new Served("a", 100, 50, second, second, second + 0.5));
      served.add(new Served("b", 100, 50, second, second + 1000, second + 1001));
    }
    assertThat(ServiceDifference.of(served, 600).mean()).isCloseTo(200, within(5.0));
  }

  @Test
  void serviceIsSpreadOverTheTimeItTook() {
    Served one = new Served("a", 100, 50, 0, 10, 20);
    assertThat(ServiceDifference.serviceIn(one, 15, 100)).isEqualTo(100);
  }

  @Test
  void aRateLimitLetsInSoManyAMinuteOfEachTenant() {
    List<TraceRow> rows = new ArrayList<>();
    for (int second = 0; second < 120; second++) {
      rows.add(new TraceRow(second * 1000.0, 1, 1, "a", "x"));
    }
    rows.add(new TraceRow(120_000, 1, 1, "b", "x"));
    assertThat(new RateLimit(5).admitted(rows)).hasSize(11);
  }
}
