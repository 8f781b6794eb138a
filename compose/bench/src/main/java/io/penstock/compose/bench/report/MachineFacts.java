package io.penstock.compose.bench.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The facts about the machine that a reader needs, and nothing that identifies it.
 *
 * @param processors that the JVM may use
 * @param processor its model, empty where the system does not tell
 * @param memoryBytes of the machine
 * @param platform the system and the JVM
 */
record MachineFacts(int processors, String processor, long memoryBytes, String platform) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Returns the facts of this machine. */
  static MachineFacts ofThis() {
    return new MachineFacts(
        Runtime.getRuntime().availableProcessors(),
        model(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        "%s %s, Java %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.version")));
  }

  private static String model() {
    try {
      return modelIn(Files.readAllLines(CPU_INFO));
    } catch (IOException _) {
      return "";
    }
  }

  /** The first processor's model in Linux's list of them, or empty. */
  static String modelIn(List<String> cpuInfo) {
    return cpuInfo.stream()
        .filter(line -> line.startsWith("model name") && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** Returns the facts for a person, in one line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%d processors%s, %.0f GB of memory, %s",
        processors,
        processor.isEmpty() ? "" : " (" + processor + ")",
        memoryBytes / 1e9,
        platform);
  }
}
