package io.penstock.compose.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What every process shows of its JVM and its processor, and of the disk if it keeps data. */
public final class ProcessMetrics implements AutoCloseable {

  private final JvmGcMetrics collections = new JvmGcMetrics();

  public ProcessMetrics(MeterRegistry registry) {
    Stream.of(collections, new JvmMemoryMetrics(), new ProcessorMetrics(), new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
  }

  /**
   * @param data a folder that is there
   */
  public ProcessMetrics(MeterRegistry registry, Path data) {
    this(registry);
    new DiskSpaceMetrics(data.toFile()).bindTo(registry);
  }

  @Override
  public void close() {
    collections.close();
  }
}
