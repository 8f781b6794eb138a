package io.penstock.workers.capacity;

import java.util.List;

/** Reads the GPUs. Called by one thread. */
public interface GpuSource extends AutoCloseable {

  /**
   * The devices that tell anything, empty if there are none.
   *
   * @throws RuntimeException if they cannot be read now
   */
  List<GpuReading.Device> read();

  @Override
  default void close() {}
}
