package io.penstock.compose.bench.batches;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/** The most heap in use since it was asked to begin, with what is garbage by then. */
final class PeakHeap {

  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();

  void begin() {
    pools.forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  /** In bytes. Pools may have had their peaks at different times. */
  long bytes() {
    return pools.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }
}
