package io.penstock.workers.capacity;

import java.util.Set;

/**
 * Limits how full a GPU may be before a worker stops asking for work. A server that reserves its
 * memory at start, as vLLM does, needs a memory limit above what it reserves.
 *
 * @param maxMemoryFraction of the device's memory, above 0 to 1
 * @param maxUtilisation of the device's time, above 0 to 1; 1 means no limit, which suits engines
 *     that batch, since they keep a GPU busy with one request
 * @param devices the indices of the devices that count, from 0; empty: all of them
 */
public record GpuLimits(double maxMemoryFraction, double maxUtilisation, Set<Integer> devices) {

  public static final GpuLimits DEFAULT = new GpuLimits(0.98, 1.0, Set.of());

  public GpuLimits {
    requireFraction("maxMemoryFraction", maxMemoryFraction);
    requireFraction("maxUtilisation", maxUtilisation);
    devices = Set.copyOf(devices);
    if (devices.stream().anyMatch(device -> device < 0)) {
      throw new IllegalArgumentException("devices %s must be 0 or more".formatted(devices));
    }
  }

  private static void requireFraction(String field, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be above 0 and at most 1".formatted(field, value));
    }
  }
}
