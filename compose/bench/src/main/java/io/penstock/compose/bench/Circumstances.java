package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Locale;

/**
 * The circumstances of a benchmark: without it a figure means little.
 *
 * @param startedAt when it began
 * @param seconds how long it took
 * @param processors processors that the JVM may use
 * @param heapMegabytes the most heap that the JVM may use
 * @param platform the system and the JVM
 * @param loadBefore the system's load average over a minute when it began: above 0, others were
 *     running; -1 where the system does not tell
 * @param loadAfter the same at its end, its own work included
 */
public record Circumstances(
    Instant startedAt,
    double seconds,
    int processors,
    long heapMegabytes,
    String platform,
    double loadBefore,
    double loadAfter) {

  /** The load average over the last minute, or -1. */
  public static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Returns the circumstances of a run in this JVM that ends now. */
  public static Circumstances ofRun(Instant startedAt, double seconds, double loadBefore) {
    Runtime runtime = Runtime.getRuntime();
    return new Circumstances(
        startedAt,
        seconds,
        runtime.availableProcessors(),
        runtime.maxMemory() / (1024 * 1024),
        "%s %s, JVM %s%s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.runtime.version"),
                warmedUp() ? " after `penstock warm-up`" : ""),
        loadBefore,
        load());
  }

  private static boolean warmedUp() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .anyMatch(argument -> argument.startsWith("-XX:AOTCache="));
  }

  /** For a person. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s; took %.0f s on %d processors, heap up to %d MB, %s; load average %.2f before, %.2f"
            + " after",
        startedAt,
        seconds,
        processors,
        heapMegabytes,
        platform,
        loadBefore,
        loadAfter);
  }

  void put(ObjectNode json) {
    json.put("started_at", startedAt.toString())
        .put("took_s", Math.round(seconds * 10) / 10.0)
        .put("processors", processors)
        .put("heap_mb", heapMegabytes)
        .put("platform", platform)
        .put("load_before", loadBefore)
        .put("load_after", loadAfter);
  }
}
