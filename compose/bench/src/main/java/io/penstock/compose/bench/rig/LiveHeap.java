package io.penstock.compose.bench.rig;

import java.lang.management.ManagementFactory;

/** The heap that is in use once garbage is collected. */
public final class LiveHeap {

  private static final int COLLECTIONS = 3;

  private LiveHeap() {}

  /** In bytes. Stops the world for up to seconds. */
  @SuppressWarnings("SystemGarbageCollection") // Measuring live heap is what this is for.
  public static long bytes() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
