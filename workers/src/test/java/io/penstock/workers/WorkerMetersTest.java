package io.penstock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.FailureCodes;
import io.penstock.workers.lease.LeaseFixture;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {

  @Test
  @SuppressWarnings("SystemGc") // A gauge that loses its source does so at a collection.
  void gaugesOutliveACollection() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LeaseFixture f = new LeaseFixture(4);
    new WorkerMeters(registry, Tags.empty()).watch(() -> f.leases.snapshot());
    f.demands(true);
    f.start(1, "a");
    System.gc();
    assertThat(registry.get("penstock.worker.running").gauge().value()).isEqualTo(1);
    assertThat(registry.get("penstock.worker.held").gauge().value()).isEqualTo(1);
    assertThat(registry.get("penstock.worker.window.open").gauge().value()).isEqualTo(3);
  }

  @Test
  void aPauseShowsAsTheSecondsThatAreLeftAndIsCounted() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    EnginePause pause = new EnginePause();
    Instant now = Instant.parse("2026-11-30T00:00:00Z");
    new WorkerMeters(registry, Tags.empty()).watch(pause, () -> now);
    assertThat(registry.get("penstock.worker.paused").gauge().value()).isZero();
    Failure refusal =
        new Failure(
            FailureCategory.OVERLOADED, FailureCodes.RATE_LIMITED, "message", null, 429, 2_500L);
    pause.heard(new EngineReply.Failed(refusal), now, 1, now);

    assertThat(registry.get("penstock.worker.paused").gauge().value()).isEqualTo(2.5);
    assertThat(registry.get("penstock.worker.pauses").functionCounter().count()).isEqualTo(1);
  }
}
