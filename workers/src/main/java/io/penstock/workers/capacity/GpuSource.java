package io.penstock.workers.capacity;

import java.util.List;

/** Reads the GPUs. One thread calls it. */
public interface GpuSource extends AutoCloseable {

  /**
   * The devices that can be read; empty if there are none.
   *
   * @throws RuntimeException if they cannot be read now
   */
  List<GpuReading.Device> read();

  @Override
  default void close() {}
}
