package io.penstock.compose.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersReportTest {

  private final Map<SystemName, SystemResult> results = new EnumMap<>(SystemName.class);

  private Findings findings() {
    return new PeersReport(PeersSample.settings(SystemName.PENSTOCK), results).findings();
  }

  @Test
  void jsonHasTheSameFieldsForEverySystem() {
    results.put(SystemName.PENSTOCK, new SystemResult.Measured("", PeersSample.figures(0)));
    results.put(SystemName.RABBITMQ, new SystemResult.Measured("3.10", PeersSample.figures(0)));
    var systems = findings().json().path("systems");
    assertThat(systems.path("rabbitmq").fieldNames())
        .toIterable()
        .containsExactlyElementsOf(() -> systems.path("penstock").fieldNames())
        .contains(
            "noop_per_s", "start_p50_ms", "start_p99_ms_deep", "urgent_ms", "lost", "duplicated");
    assertThat(systems.path("penstock").path("noop_per_s").asDouble()).isEqualTo(3050);
    assertThat(systems.path("penstock").path("start_p99_ms_deep").asDouble()).isEqualTo(45);
    assertThat(systems.path("penstock").path("recovered_ms").isNull()).isTrue();
  }

  @Test
  void aMissingPeerIsSaidToBeNotInstalledAndSpoilsNothing() {
    results.put(SystemName.PENSTOCK, new SystemResult.Measured("", PeersSample.figures(0)));
    results.put(SystemName.BULLMQ, new SystemResult.NotInstalled("run compose/peers/setup.sh"));
    Findings findings = findings();
    assertThat(findings.trustworthy()).isTrue();
    assertThat(findings.tables().getFirst().text().get(1))
        .startsWith("bullmq", "not installed", "-");
    assertThat(findings.notes()).anyMatch(note -> note.contains("compose/peers/setup.sh"));
    assertThat(findings.json().at("/systems/bullmq/installed").asBoolean()).isFalse();
    assertThat(findings.tables()).extracting(table -> table.rows().size()).containsExactly(2, 1, 2);
  }

  @Test
  void aFailureOfASystemIsReportedAndNotTrusted() {
    results.put(SystemName.CELERY, new SystemResult.Failed("worker-1 ended"));
    Findings findings = findings();
    assertThat(findings.trustworthy()).isFalse();
    assertThat(findings.charts()).isEmpty();
    assertThat(findings.notes()).contains("celery failed: worker-1 ended");
  }

  @Test
  void onlyPenstocksOwnBadResultsSpoilTheRun() {
    results.put(SystemName.PENSTOCK, new SystemResult.Measured("", PeersSample.figures(0)));
    results.put(SystemName.CELERY, new SystemResult.Measured("5.2", PeersSample.figures(3)));
    assertThat(findings().trustworthy()).isTrue();
    results.put(SystemName.PENSTOCK, new SystemResult.Measured("", PeersSample.figures(1)));
    assertThat(findings().trustworthy()).isFalse();
  }

  @Test
  void theFsyncInUseIsNamed() {
    results.put(SystemName.BULLMQ, new SystemResult.Measured("6.7", PeersSample.figures(0)));
    assertThat(findings().tables().getLast().text().getFirst().get(2))
        .contains("appendfsync always");
  }

  @Test
  void peersWithoutTheirClientsAreReportedRatherThanFailing(@TempDir Path empty) throws Exception {
    var settings = PeersSample.settings(SystemName.BULLMQ, SystemName.RABBITMQ);
    Findings findings = new PeersBench(settings, Optional.of(empty)).run(BenchProgress.NONE);
    assertThat(findings.tables().getFirst().text())
        .allMatch(row -> row.get(1).equals("not installed"))
        .hasSize(2);
    assertThat(findings.trustworthy()).isTrue();
  }
}
