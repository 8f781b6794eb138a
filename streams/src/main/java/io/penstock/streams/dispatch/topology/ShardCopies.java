package io.penstock.streams.dispatch.topology;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.streams.ThreadMetadata;

/**
 * Shows which shards an instance serves, and of which it keeps a warm copy, as Streams has assigned
 * them. Where all instances together keep fewer copies than are wanted, the next fail-over is slow.
 */
public final class ShardCopies implements MeterBinder {

  private final Supplier<Set<ThreadMetadata>> threads;
  private final int standbys;

  /**
   * @param threads those of this instance; answers at once
   * @param standbys the copies that each shard should have
   */
  public ShardCopies(Supplier<Set<ThreadMetadata>> threads, int standbys) {
    this.threads = threads;
    this.standbys = standbys;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(
        registry,
        "shards",
        "Model partitions that this instance serves",
        thread -> thread.activeTasks().size());
    gauge(
        registry,
        "standbys",
        "Model partitions of which this instance keeps a warm copy",
        thread -> thread.standbyTasks().size());
    gauge(
        registry,
        "standbys.wanted",
        "Warm copies that other instances should keep of the partitions that this one serves",
        thread -> thread.activeTasks().size() * standbys);
  }

  private void gauge(
      MeterRegistry registry, String name, String description, ToIntFunction<ThreadMetadata> each) {
    Gauge.builder(
            "penstock.dispatch." + name,
            threads,
            known -> known.get().stream().mapToInt(each).sum())
        .description(description)
        .strongReference(true)
        .register(registry);
  }
}
