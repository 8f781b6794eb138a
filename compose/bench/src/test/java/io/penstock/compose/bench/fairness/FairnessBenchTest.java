package io.penstock.compose.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One run of the benchmark, which takes many seconds, for all tests: a seed decides all of it. */
class FairnessBenchTest {

  private static final FairnessBenchSettings SETTINGS =
      new FairnessBenchSettings(
          null, "llama2-7b_a10g", 1, ServiceClass.STANDARD, FairnessSettings.DEFAULT, 1, 1);

  private static JsonNode found;

  @BeforeAll
  static void run() throws IOException {
    found = new FairnessBench(SETTINGS).run(BenchProgress.NONE).json();
  }

  @Test
  void theJsonHasAFigureOfEachPolicyAndSharesAreFairerThanArrival() {
    JsonNode policies = found.path("policies");
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
    assertThat(millis("quiet_flooded")).isLessThan(2 * millis("quiet_alone"));
    assertThat(millis("quiet_flooded_unfair")).isGreaterThan(60_000);
  }

  @Test
  void theLeewayOfInteractiveRequestsEndsAFloodToo() {
    assertThat(millis("quiet_flooded_by_leeway")).isLessThan(millis("quiet_flooded_unfair") / 5);
  }

  private static double millis(String tenant) {
    JsonNode millis = found.path("flood").path(tenant + "_ttft_p99_ms");
    assertThat(millis.isNumber()).as("%s in %s", tenant, found.path("flood")).isTrue();
    return millis.asDouble();
  }
}
