package io.penstock.compose.bench.rig;

import io.penstock.compose.bench.SourceTree;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a benchmark starts a JVM of its own with the classes that it has itself. */
public final class ChildJvm {

  private ChildJvm() {}

  /**
   * The command up to the arguments of the main class.
   *
   * @param heapMegabytes the most heap it may take
   * @param options further ones of the JVM
   */
  public static List<String> command(int heapMegabytes, List<String> options, Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + heapMegabytes + "m",
            "-XX:+UseSerialGC",
            // Several of them start at once and are soon measured: compile little, early.
            "-XX:TieredStopAtLevel=1",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.penstock.schemas",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    return command;
  }

  /** This process's class path, with the benchmarks, which may have a class loader of their own. */
  private static String classPath() {
    String inherited = System.getProperty("java.class.path");
    String own = SourceTree.ownClasses().toString();
    return List.of(inherited.split(File.pathSeparator)).contains(own)
        ? inherited
        : inherited + File.pathSeparator + own;
  }
}
