package io.penstock.compose.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetBenchTest {

  @TempDir Path folder;

  @Test
  void theJsonHasAFigureOfEachPolicy() throws IOException {
    Path trace = folder.resolve("small.csv");
    Files.writeString(
        trace,
        """
        timestamp_ms,input_tokens,output_tokens,tenant,type
        0,100,10,t,code
        20,900,20,t,conv
        30,70000,20,t,conv
        """);
    Findings findings =
        new FleetBench(settings(trace, List.of("penstock", "edf"), 3)).run(BenchProgress.NONE);
    JsonNode policies = findings.json().path("policies");
    assertThat(policies.propertyStream().map(java.util.Map.Entry::getKey))
        .containsExactly("penstock", "edf");
    assertThat(policies.path("penstock").propertyStream().map(java.util.Map.Entry::getKey))
        .containsExactly(
            "interactive_slo",
            "batch_slo",
            "ttft_p50_ms",
            "ttft_p99_ms",
            "goodput_per_s",
            "utilisation");
    assertThat(policies.path("penstock").path("interactive_slo").asDouble()).isEqualTo(100);
    assertThat(findings.json().path("left_out").asInt()).isEqualTo(1);
    assertThat(findings.tables().getFirst().rows()).hasSize(2);
  }

  @Test
  void anUnknownPolicyIsRefusedBeforeAnythingRuns() {
    assertThatThrownBy(() -> settings(null, List.of("magic"), 1))
        .hasMessageContainingAll("magic", "round_robin");
    assertThatThrownBy(() -> settings(null, List.of(), 0)).hasMessageContaining("repeat");
  }

  private static FleetBenchSettings settings(Path trace, List<String> policies, int repeats) {
    return new FleetBenchSettings(
        trace,
        ClassMix.TWO_CLASSES,
        "llama3.1-8b_a100tp2",
        2,
        0.5,
        1,
        Duration.ofMillis(5),
        policies,
        repeats,
        1);
  }
}
