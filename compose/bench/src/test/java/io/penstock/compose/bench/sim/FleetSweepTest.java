package io.penstock.compose.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.streams.dispatch.rank.SlackRank;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetSweepTest {

  private static final int RANKS = RankVariants.all().size();

  @TempDir Path folder;

  @Test
  void everyTraceLoadAndShareHasEveryRankBesideTheClairvoyant() throws IOException {
    Files.writeString(
        folder.resolve("azure2023_merged.csv"),
        """
        timestamp_ms,input_tokens,output_tokens,tenant,type
        0,100,10,t,code
        20,900,20,t,code
        30,900,20,t,code
        """);
    Findings findings =
        new FleetSweep(settings(List.of(folder), List.of(1.0, 2.0), 200)).run(BenchProgress.NONE);
    JsonNode scenarios = findings.json().path("scenarios");
    assertThat(scenarios).hasSize(4);
    assertThat(scenarios.get(0).path("trace").asText()).isEqualTo("generated");
    assertThat(scenarios.get(2).path("trace").asText()).isEqualTo("azure2023_merged.csv");
    assertThat(scenarios.get(2).path("clairvoyant").path("interactive_slo").asDouble())
        .isEqualTo(100);
    assertThat(scenarios.get(2).path("urgency x2").path("batch_slo").isNull()).isTrue();
    assertThat(findings.tables().getFirst().rows()).hasSize(RANKS);
    assertThat(findings.tables().getLast().rows()).hasSize(4 * (RANKS + 1));
    JsonNode unchanged = findings.json().path("ranks").path(RankVariants.DEFAULT);
    assertThat(unchanged.path("interactive_to_default_max").asDouble()).isZero();
    assertThat(unchanged.path("batch_to_default_min").asDouble()).isZero();
  }

  @Test
  void eachVariantChangesOneParameter() {
    assertThat(RankVariants.all()).containsEntry(RankVariants.DEFAULT, SlackRank.DEFAULT);
    assertThat(RankVariants.all().values()).doesNotHaveDuplicates();
    assertThat(RankVariants.all().get("margin x2"))
        .isEqualTo(SlackRank.DEFAULT.withMargin(SlackRank.DEFAULT.margin().multipliedBy(2)));
  }

  @Test
  void wrongSettingsAreRefusedBeforeAnythingRuns() {
    assertThatThrownBy(() -> settings(List.of(), List.of(), 10)).hasMessageContaining("loads");
    assertThatThrownBy(() -> settings(List.of(), List.of(-1.0), 10)).hasMessageContaining("load");
    assertThatThrownBy(() -> settings(List.of(), List.of(1.0), 0))
        .hasMessageContaining("most-requests");
    assertThatThrownBy(() -> settings(List.of(folder), List.of(1.0), 10).sources())
        .hasMessageContainingAll("trace", "azure2023_merged.csv");
  }

  private static FleetSweepSettings settings(
      List<Path> traces, List<Double> loads, int mostRequests) {
    return new FleetSweepSettings(
        traces,
        loads,
        List.of(0.5),
        mostRequests,
        new FleetBenchSettings(
            null,
            ClassMix.TWO_CLASSES,
            "llama3.1-8b_a100tp2",
            2,
            0,
            1,
            Duration.ofMillis(5),
            List.of(),
            1,
            1));
  }
}
