package io.penstock.compose.bench.rig;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** CPU time of this process and of its children. */
public final class ProcessCpu {

  private ProcessCpu() {}

  /**
   * CPU used over a time in which the caller's thread sleeps, as a percentage of one processor.
   *
   * @param own this JVM: Kafka, the jobs and the workers in it
   * @param children child processes: the schema registry
   */
  public record Usage(double own, double children) {}

  public static Usage over(Duration time) throws InterruptedException {
    long begin = System.nanoTime();
    long own = ownNanos();
    long children = childrenNanos();
    Thread.sleep(time);
    double nanos = System.nanoTime() - begin;
    return new Usage(
        (ownNanos() - own) * 100.0 / nanos, (childrenNanos() - children) * 100.0 / nanos);
  }

  /** Processor time that this JVM has used so far. */
  public static long ownNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static long childrenNanos() {
    return ProcessHandle.current()
        .descendants()
        .mapToLong(child -> child.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
        .sum();
  }
}
