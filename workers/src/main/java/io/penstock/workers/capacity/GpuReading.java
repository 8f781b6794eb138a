package io.penstock.workers.capacity;

import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/** A reading of the GPUs. */
public sealed interface GpuReading {

  /** There is no GPU that can be read, so GPUs set no limit. */
  record Absent() implements GpuReading {}

  /** The state of the devices at an instant. */
  record Observed(List<Device> devices, Instant observedAt) implements GpuReading {
    public Observed {
      devices = List.copyOf(devices);
    }
  }

  /** GPUs could be read before and cannot be read now. */
  record Unreadable(String cause) implements GpuReading {}

  /**
   * One GPU.
   *
   * @param index its place among the devices, from 0
   * @param name as its driver calls it
   * @param memoryFraction of its memory in use, 0 to 1, if it tells
   * @param utilisation of its time in use, 0 to 1, if it tells
   */
  record Device(
      int index, String name, OptionalDouble memoryFraction, OptionalDouble utilisation) {}
}
