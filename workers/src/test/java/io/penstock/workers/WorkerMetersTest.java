package io.penstock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.workers.lease.LeaseFixture;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {

  @Test
  @SuppressWarnings("SystemGc") // A gauge that loses its source does so at a collection.
  void gaugesOutliveACollection() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LeaseFixture f = new LeaseFixture(4);
    new WorkerMeters(registry, Tags.empty()).watch(() -> f.desk.snapshot());
    f.demands(true);
    f.start(1, "a");
    System.gc();
    assertThat(registry.get("penstock.worker.running").gauge().value()).isEqualTo(1);
    assertThat(registry.get("penstock.worker.held").gauge().value()).isEqualTo(1);
    assertThat(registry.get("penstock.worker.window.open").gauge().value()).isEqualTo(3);
  }
}
