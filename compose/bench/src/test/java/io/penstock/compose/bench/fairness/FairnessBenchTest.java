package io.penstock.compose.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FairnessBenchTest {

  private static final FairnessBenchSettings SETTINGS =
      new FairnessBenchSettings(
          null, "llama2-7b_a10g", 1, ServiceClass.STANDARD, FairnessSettings.DEFAULT, 1, 1);

  @Test
  void theJsonHasAFigureOfEachPolicyAndSharesAreFairerThanArrival() throws IOException {
    Findings findings = new FairnessBench(SETTINGS).run(BenchProgress.NONE);
    JsonNode policies = findings.json().path("policies");
    assertThat(policies.propertyStream().map(java.util.Map.Entry::getKey))
        .containsExactly(
            "fcfs", "least_counter_first", "rate_limit_5_per_min", "vtc", "vtc_known_lengths");
    assertThat(policies.path("vtc").path("avg_diff").asDouble())
        .isLessThan(0.7 * policies.path("fcfs").path("avg_diff").asDouble());
    assertThat(policies.path("vtc").path("tokens_per_s").asDouble())
        .isGreaterThan(0.97 * policies.path("fcfs").path("tokens_per_s").asDouble());
  }

  @Test
  void aFloodNoMoreThanDoublesAQuietTenantsTimeToFirstToken() {
    Flood.Outcome flood = Flood.DEFAULT.run(SETTINGS, 0);
    assertThat(flood.fairMillis()).isLessThan(2 * flood.aloneMillis());
    assertThat(flood.unfairMillis()).isGreaterThan(60_000);
  }

  @Test
  void theLeewayOfInteractiveRequestsEndsAFloodToo() {
    Flood.Outcome flood = Flood.DEFAULT.run(SETTINGS, 0);
    assertThat(flood.heavyMillis()).isLessThan(flood.unfairMillis() / 5);
  }
}
