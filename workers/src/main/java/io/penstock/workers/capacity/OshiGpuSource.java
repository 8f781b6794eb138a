package io.penstock.workers.capacity;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import oshi.SystemInfo;
import oshi.hardware.GpuStats;
import oshi.hardware.GraphicsCard;

/** Reads the GPUs through OSHI: NVML for NVIDIA's, the kernel's files for others. */
public final class OshiGpuSource implements GpuSource {

  private record OpenCard(int index, GraphicsCard card, GpuStats stats) {}

  private List<OpenCard> cards = List.of();

  @Override
  public List<GpuReading.Device> read() {
    if (cards.isEmpty()) {
      cards = open();
    }
    List<GpuReading.Device> devices = new ArrayList<>();
    for (OpenCard card : cards) {
      OptionalDouble memory = memoryFraction(card);
      OptionalDouble utilisation = fraction(card.stats().getGpuUtilization() / 100);
      if (memory.isPresent() || utilisation.isPresent()) {
        devices.add(
            new GpuReading.Device(card.index(), card.card().getName(), memory, utilisation));
      }
    }
    return devices;
  }

  @Override
  public void close() {
    cards.forEach(card -> card.stats().close());
    cards = List.of();
  }

  private static List<OpenCard> open() {
    List<OpenCard> opened = new ArrayList<>();
    for (GraphicsCard card : new SystemInfo().getHardware().getGraphicsCards()) {
      opened.add(new OpenCard(opened.size(), card, card.createStatsSession()));
    }
    return opened;
  }

  /** OSHI says -1 for what it cannot read, and 0 for an unknown total. */
  private static OptionalDouble memoryFraction(OpenCard card) {
    long total = card.card().getVRam();
    long used = card.stats().getVramUsed();
    return total > 0 && used >= 0 ? fraction((double) used / total) : OptionalDouble.empty();
  }

  private static OptionalDouble fraction(double value) {
    return value >= 0 ? OptionalDouble.of(Math.min(1, value)) : OptionalDouble.empty();
  }
}
