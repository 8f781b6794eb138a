package io.penstock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.workers.WorkerConfig.Probes;
import io.penstock.workers.WorkerConfig.Timing;
import io.penstock.workers.capacity.GpuLimits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {

  private static final Duration MS = Duration.ofMillis(1);

  @Test
  void defaultsAreThoseOfTheDesign() {
    WorkerConfig config = new WorkerConfig("w1", List.of("minilm"), 4);
    assertThat(config.timing().heartbeat()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.timing().leaseTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.timing().demandSpacing()).isEqualTo(Duration.ofMillis(2));
    assertThat(config.timing().attemptTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.timing().payloadTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.timing().stopGrace()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.timing().drainGrace()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.prefillChunkTokens()).isEqualTo(2048);
    assertThat(config.probes().gpuInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.probes().recheckInterval()).isEqualTo(Duration.ofMillis(10));
    assertThat(config.probes().staleAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.gpu()).isEqualTo(new GpuLimits(0.98, 1.0, Set.of()));
    assertThat(config.host()).isEmpty();
  }

  @Test
  void everyPartCanBeReplaced() {
    WorkerConfig config =
        new WorkerConfig("w1", List.of("m"), 4)
            .withHost("h")
            .withPrefillChunkTokens(512)
            .withGpu(new GpuLimits(0.5, 0.5, Set.of(1)));
    assertThat(config.host()).isEqualTo("h");
    assertThat(config.prefillChunkTokens()).isEqualTo(512);
    assertThat(config.gpu().devices()).containsExactly(1);
    assertThat(config.slots()).isEqualTo(4);
  }

  @Test
  void whatIsOutOfBoundsIsRefusedByName() {
    refused("workerId", () -> new WorkerConfig(" ", List.of("m"), 1));
    refused("workerId", () -> new WorkerConfig("x".repeat(129), List.of("m"), 1));
    refused("models", () -> new WorkerConfig("w", List.of(), 1));
    refused("models", () -> new WorkerConfig("w", List.of(""), 1));
    refused("twice", () -> new WorkerConfig("w", List.of("m", "m"), 1));
    refused("already", () -> new WorkerConfig("w", List.of("m", "m#blue"), 1));
    refused("models", () -> new WorkerConfig("w", List.of("m#"), 1));
    refused("models", () -> new WorkerConfig("w", List.of("#blue"), 1));
    refused("slots", () -> new WorkerConfig("w", List.of("m"), 0));
    refused("slots", () -> new WorkerConfig("w", List.of("m"), 10_001));
    refused(
        "prefillChunkTokens",
        () -> new WorkerConfig("w", List.of("m"), 1).withPrefillChunkTokens(0));
  }

  @Test
  void timesOutOfBoundsAreRefusedByName() {
    Duration s = Duration.ofSeconds(1);
    refused("heartbeat", () -> new Timing(MS, s, MS, s, s, s, s, Duration.ZERO));
    refused("leaseTimeout", () -> new Timing(s, s, MS, s, s, s, s, Duration.ZERO));
    Duration lease = Duration.ofSeconds(5);
    refused("demandSpacing", () -> new Timing(s, lease, s.plus(MS), s, s, s, s, Duration.ZERO));
    refused(
        "attemptTimeout", () -> new Timing(s, lease, MS, Duration.ZERO, s, s, s, Duration.ZERO));
    refused(
        "payloadTimeout", () -> new Timing(s, lease, MS, s, Duration.ZERO, s, s, Duration.ZERO));
    refused("stopGrace", () -> new Timing(s, lease, MS, s, s, MS.negated(), s, Duration.ZERO));
    refused("drainGrace", () -> new Timing(s, lease, MS, s, s, s, MS.negated(), Duration.ZERO));
    refused("chunkLinger", () -> new Timing(s, lease, MS, s, s, s, s, s.plus(MS)));
  }

  @Test
  void probesOutOfBoundsAreRefusedByName() {
    Duration s = Duration.ofSeconds(1);
    refused("gpuInterval", () -> new Probes(MS, MS, s));
    refused("recheckInterval", () -> new Probes(s, Duration.ZERO, s.multipliedBy(2)));
    refused("staleAfter", () -> new Probes(s, MS, s));
    refused("maxMemoryFraction", () -> new GpuLimits(0, 1, Set.of()));
    refused("maxUtilisation", () -> new GpuLimits(1, 1.1, Set.of()));
    refused("maxUtilisation", () -> new GpuLimits(1, Double.NaN, Set.of()));
    refused("devices", () -> new GpuLimits(1, 1, Set.of(-1)));
  }

  private static void refused(String name, ThrowingCallable construction) {
    assertThatThrownBy(construction)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }
}
