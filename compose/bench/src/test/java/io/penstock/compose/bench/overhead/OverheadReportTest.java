package io.penstock.compose.bench.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.Findings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OverheadReportTest {

  private static final OverheadSettings SETTINGS =
      new OverheadSettings(
          List.of(50.0, 200.0, 1000.0),
          Duration.ofSeconds(5),
          3,
          Duration.ZERO,
          true,
          Duration.ofSeconds(5),
          100,
          2,
          8);

  private static HopLatency latency(double lease, long bad) {
    return new HopLatency(lease, lease * 2, lease + 1, lease + 2, 3, 6, 0.1, bad);
  }

  private static Findings findings(long bad) {
    OverheadReport.Rounds rounds =
        new OverheadReport.Rounds(
            List.of(latency(8, 0), latency(12, bad), latency(10, 0)),
            List.of(latency(2, 0), latency(2, 0), latency(4, 0)));
    return new OverheadReport(SETTINGS, Map.of(200.0, rounds), 3000, 12_000).findings();
  }

  @Test
  void jsonQuotesTheMedianRoundBesidePlainKafka() {
    JsonNode json = findings(0).json();
    assertThat(json.at("/headline_rate").asDouble()).isEqualTo(200);
    assertThat(json.at("/lease_p50_ms").asDouble()).isEqualTo(10);
    assertThat(json.at("/lease_p99_ms").asDouble()).isEqualTo(20);
    assertThat(json.at("/plain_lease_p50_ms").asDouble()).isEqualTo(2);
    assertThat(json.at("/lease_p50_ratio").asDouble()).isEqualTo(5);
    assertThat(json.at("/result_p50_ms").asDouble()).isEqualTo(3);
    assertThat(json.at("/result_p99_ms").asDouble()).isEqualTo(6);
    assertThat(json.at("/noop_per_s").asDouble()).isEqualTo(3000);
    assertThat(json.at("/noop_ratio").asDouble()).isEqualTo(0.25);
    assertThat(json.at("/rates/200/lease_p99_ms").asDouble()).isEqualTo(20);
  }

  @Test
  void aRequestThatWentWrongMakesTheFiguresUntrustworthy() {
    assertThat(findings(0).trustworthy()).isTrue();
    assertThat(findings(1).trustworthy()).isFalse();
    assertThat(findings(1).notes()).anyMatch(note -> note.contains("do not trust"));
  }

  @Test
  void theSpreadOfTheRoundsStandsBesideTheirMedian() {
    assertThat(findings(0).tables().getFirst().text().getFirst())
        .containsExactly("200", "lease_p50_ms", "10.0", "8.0..12.0", "2.00", "5.00");
  }
}
