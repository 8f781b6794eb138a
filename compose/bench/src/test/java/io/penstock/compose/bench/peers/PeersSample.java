package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.Spread;
import java.time.Duration;
import java.util.List;

/** Settings and figures to test with. */
final class PeersSample {

  private PeersSample() {}

  static PeersSettings settings(SystemName... systems) {
    return new PeersSettings(
        List.of(systems),
        Duration.ofSeconds(6),
        Duration.ofSeconds(2),
        64,
        200,
        Duration.ofSeconds(2),
        2,
        1000,
        8,
        Duration.ofMillis(500),
        10,
        Duration.ofMillis(500),
        Duration.ofSeconds(4),
        Duration.ofSeconds(10),
        PeersSettings.RedisFsync.ALWAYS);
  }

  static SystemFigures figures(long bad) {
    return new SystemFigures(
        Spread.of(3000, 3100),
        latency(10, 30),
        latency(12, 45),
        990,
        new SystemFigures.Urgent(11, 20),
        new KilledWorker(40, 0, 1, 0, 5, Double.NaN),
        bad);
  }

  private static SystemFigures.Latency latency(double p50, double p99) {
    return new SystemFigures.Latency(Spread.of(p50), Spread.of(p99), Spread.of(0.1));
  }
}
