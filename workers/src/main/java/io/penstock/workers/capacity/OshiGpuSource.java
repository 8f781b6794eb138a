package io.penstock.workers.capacity;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import oshi.SystemInfo;
import oshi.hardware.GpuStats;
import oshi.hardware.GraphicsCard;

/** Reads the GPUs through OSHI: NVML for NVIDIA's, the kernel's files for others. */
public final class OshiGpuSource implements GpuSource {

  private record Session(int index, GraphicsCard card, GpuStats stats) {}

  private List<Session> sessions = List.of();

  @Override
  public List<GpuReading.Device> read() {
    if (sessions.isEmpty()) {
      sessions = open();
    }
    List<GpuReading.Device> devices = new ArrayList<>();
    for (Session session : sessions) {
      OptionalDouble memory = memoryFraction(session);
      OptionalDouble utilisation = fraction(session.stats().getGpuUtilization() / 100);
      if (memory.isPresent() || utilisation.isPresent()) {
        devices.add(
            new GpuReading.Device(session.index(), session.card().getName(), memory, utilisation));
      }
    }
    return devices;
  }

  @Override
  public void close() {
    sessions.forEach(session -> session.stats().close());
    sessions = List.of();
  }

  private static List<Session> open() {
    List<Session> opened = new ArrayList<>();
    for (GraphicsCard card : new SystemInfo().getHardware().getGraphicsCards()) {
      opened.add(new Session(opened.size(), card, card.createStatsSession()));
    }
    return opened;
  }

  /** OSHI says -1 for what it cannot read, and 0 for an unknown total. */
  private static OptionalDouble memoryFraction(Session session) {
    long total = session.card().getVRam();
    long used = session.stats().getVramUsed();
    return total > 0 && used >= 0 ? fraction((double) used / total) : OptionalDouble.empty();
  }

  private static OptionalDouble fraction(double value) {
    return value >= 0 ? OptionalDouble.of(Math.min(1, value)) : OptionalDouble.empty();
  }
}
