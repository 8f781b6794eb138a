package io.penstock.compose.bench.rig;

import io.penstock.schemas.cluster.ClusterConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A part of Penstock in a process of its own, so that it can be killed. */
public final class BenchProcess implements AutoCloseable {

  private final Process process;
  private final Path log;

  private BenchProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts dispatch.
   *
   * @param name of its folder
   * @param failover its session's and its transactions' time-out
   * @param standbys warm copies on other instances
   */
  public static BenchProcess dispatch(
      BenchCluster cluster, String name, Duration failover, int standbys) throws IOException {
    return start(
        cluster,
        name,
        "dispatch",
        cluster.folder(name).toString(),
        failover.toString(),
        Integer.toString(standbys));
  }

  /** Starts a worker with a sleeping engine. */
  public static BenchProcess worker(
      BenchCluster cluster, String id, String model, int slots, Duration job) throws IOException {
    return start(cluster, id, "worker", id, model, Integer.toString(slots), job.toString());
  }

  private static BenchProcess start(
      BenchCluster cluster, String name, String part, String... arguments) throws IOException {
    ClusterConnection connection = cluster.connection();
    Path log = cluster.folder(name + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.penstock.schemas",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            BenchChild.class.getName(),
            part,
            connection.bootstrapServers(),
            connection.registryUrl()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BenchProcess started = new BenchProcess(process, log);
    cluster.closeFirst(started);
    return started;
  }

  /**
   * Returns when it is ready.
   *
   * @throws IllegalStateException with what it logged, if it ended instead
   */
  public BenchProcess awaitReady() throws IOException {
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.equals(BenchChild.READY)) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IllegalStateException(
          "a part ended before it was ready:\n" + Files.readString(log));
    }
    return this;
  }

  /** As {@code kill -9}: nothing of it gets a chance to clean up. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
