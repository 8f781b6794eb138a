package io.penstock.workers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProbesTest {

  private static final GpuReading.Device DEVICE =
      new GpuReading.Device(0, "gpu", OptionalDouble.of(0.5), OptionalDouble.empty());

  private Instant now = Instant.EPOCH;
  private List<GpuReading.Device> devices = List.of(DEVICE);
  private boolean broken;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final GpuProbe probe =
      new GpuProbe(
          () -> {
            if (broken) {
              throw new IllegalStateException("driver gone");
            }
            return devices;
          },
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          () -> now,
          meters,
          Tags.empty());

  @Test
  void aMachineWithoutGpusIsLookedAtOnceAndLimitsNothing() {
    devices = List.of();
    assertThat(probe.sample()).isFalse();
    assertThat(probe.read(now)).isEqualTo(new GpuReading.Absent());
    assertThat(level()).isZero();
  }

  @Test
  void aGpuThatCannotBeReadAnyMoreIsLostAndCountedOncePerChange() {
    assertThat(probe.sample()).isTrue();
    assertThat(level()).isEqualTo(1);
    broken = true;
    assertThat(probe.sample()).isTrue();
    probe.sample();
    assertThat(probe.read(now)).isInstanceOf(GpuReading.Unreadable.class);
    assertThat(level()).isEqualTo(-1);
    assertThat(meters.get("penstock.worker.probe.losses").counter().count()).isEqualTo(1);
    broken = false;
    probe.sample();
    assertThat(probe.read(now)).isInstanceOf(GpuReading.Observed.class);
    assertThat(level()).isEqualTo(1);
  }

  @Test
  void aSampleThatIsTooOldIsALoss() {
    probe.sample();
    now = now.plusSeconds(5);
    assertThat(probe.read(now)).isInstanceOf(GpuReading.Observed.class);
    now = now.plusMillis(1);
    assertThat(probe.read(now)).isInstanceOf(GpuReading.Unreadable.class);
  }

  @Test
  void thisMachineCanBeReadOrSaysThatItHasNoGpu() {
    try (OshiGpuSource source = new OshiGpuSource()) {
      assertThat(source.read()).allMatch(d -> d.memoryFraction().orElse(0) <= 1);
    }
  }

  @Test
  void theAdaptiveLimitFallsOnRefusalsAndStaysWithinTheSlots() {
    AdaptiveLimit limit = new AdaptiveLimit(8);
    assertThat(limit.limit()).isEqualTo(8);
    for (int i = 0; i < 20; i++) {
      limit.sample(Duration.ofMillis(10), 8, true);
    }
    int afterRefusals = limit.limit();
    assertThat(afterRefusals).isBetween(1, 4);
    for (int i = 0; i < 200; i++) {
      limit.sample(Duration.ofMillis(10), 8, false);
    }
    assertThat(limit.limit()).isGreaterThan(afterRefusals).isLessThanOrEqualTo(8);
  }

  @Test
  void speedIsLearnedFromRunsWeightingTheNewest() {
    ObservedSpeed speed = new ObservedSpeed();
    assertThat(speed.prefillTokensPerSecond()).isEmpty();
    Instant first = now.plusSeconds(1);
    speed.finished(new TokenUsage(1000L, 51L, 0L), now, first, first.plusSeconds(1));
    assertThat(speed.prefillTokensPerSecond()).hasValue(1000);
    assertThat(speed.decodeTokensPerSecond()).hasValue(50);
    speed.finished(new TokenUsage(2000L, 0L, 0L), now, null, first);
    assertThat(speed.prefillTokensPerSecond()).hasValue(1200);
    assertThat(speed.decodeTokensPerSecond()).hasValue(50);
  }

  private double level() {
    return meters.get("penstock.worker.probe").gauge().value();
  }
}
