package io.penstock.compose.bench.rig;

import static java.util.stream.Collectors.joining;

import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.KafkaQuorum;
import io.penstock.schemas.cluster.ClusterConnection;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A part of Penstock, or a broker, in a process of its own, so that it can be killed. */
public final class BenchProcess implements AutoCloseable {

  private static final int HEAP_MEGABYTES = 256;

  /** What a moment of load writes. */
  private static final long LITTLE_BEHIND = 1_000;

  private static final Duration LOOK = Duration.ofMillis(200);

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
   * @param moreHeapMegabytes heap beyond the usual
   * @param patience how long it may take to be ready
   */
  public static BenchProcess dispatch(
      BenchCluster cluster,
      String name,
      Duration failover,
      int standbys,
      int moreHeapMegabytes,
      Duration patience)
      throws IOException {
    return start(
        HEAP_MEGABYTES + moreHeapMegabytes,
        cluster,
        name,
        "dispatch",
        cluster.folder(name).toString(),
        failover.toString(),
        Integer.toString(standbys),
        patience.toString());
  }

  /** Starts a worker with a sleeping engine. */
  public static BenchProcess worker(
      BenchCluster cluster, String id, String model, int slots, Duration job) throws IOException {
    return start(cluster, id, "worker", id, model, Integer.toString(slots), job.toString());
  }

  /**
   * Starts an instance of the HTTP front. All of one cluster share a folder of files.
   *
   * @param port on loopback
   */
  public static BenchProcess front(BenchCluster cluster, String name, int port) throws IOException {
    return start(cluster, name, "http", Integer.toString(port), cluster.folder("files").toString());
  }

  /** Starts a broker, one of several. It is the caller's to close. */
  static BenchProcess broker(EmbeddedKafkaConfig config, Path log) throws IOException {
    KafkaQuorum quorum = config.quorum().orElseThrow();
    return launch(
        HEAP_MEGABYTES,
        log,
        List.of(
            "broker",
            config.folder().toString(),
            Integer.toString(config.port()),
            Integer.toString(config.maxMessageBytes()),
            quorum.clusterId(),
            Integer.toString(quorum.node()),
            quorum.controllerPorts().stream().map(String::valueOf).collect(joining(",")),
            quorum.sessionTimeout().toString()));
  }

  private static BenchProcess start(
      BenchCluster cluster, String name, String part, String... arguments) throws IOException {
    return start(HEAP_MEGABYTES, cluster, name, part, arguments);
  }

  private static BenchProcess start(
      int heapMegabytes, BenchCluster cluster, String name, String part, String... arguments)
      throws IOException {
    ClusterConnection connection = cluster.connection();
    List<String> all = new ArrayList<>();
    all.add(part);
    all.add(connection.bootstrapServers());
    all.add(connection.registryUrl());
    all.add(Short.toString(cluster.topics().replicationFactor()));
    all.addAll(List.of(arguments));
    BenchProcess started = launch(heapMegabytes, cluster.folder(name + ".log"), all);
    cluster.closeFirst(started);
    return started;
  }

  private static BenchProcess launch(int heapMegabytes, Path log, List<String> arguments)
      throws IOException {
    List<String> command = ChildJvm.command(heapMegabytes, List.of(), BenchChild.class);
    command.addAll(arguments);
    return new BenchProcess(
        new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile())).start(), log);
  }

  /**
   * Returns when it is ready.
   *
   * @throws IllegalStateException with what it logged, if it ended instead
   */
  public BenchProcess awaitReady() throws IOException {
    String _ = awaitLine(BenchChild.READY);
    return this;
  }

  /**
   * Returns when this dispatch process, which is ready, serves or copies so many shards, and lags
   * behind in none of them.
   *
   * @throws IllegalStateException if that is not so in this time, or with what it logged, if it
   *     ended
   */
  public void awaitCopies(int shards, Duration patience) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    BufferedWriter questions = process.outputWriter();
    while (true) {
      questions.write(BenchChild.COPIES + "\n");
      questions.flush();
      String[] answer = awaitLine(BenchChild.COPIES).split(" ", 3);
      int copies = Integer.parseInt(answer[1]);
      long behind = Long.parseLong(answer[2]);
      if (copies >= shards && behind <= LITTLE_BEHIND) {
        return;
      }
      if (System.nanoTime() - begin > patience.toNanos()) {
        throw new IllegalStateException(
            "dispatch has %d of %d shards after %d s, and is %d records behind"
                .formatted(copies, shards, patience.toSeconds(), behind));
      }
      Thread.sleep(LOOK);
    }
  }

  /** The next line that begins so. */
  private String awaitLine(String begin) throws IOException {
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith(begin)) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IllegalStateException(
          "a part ended before it was ready:\n" + Files.readString(log));
    }
    return line;
  }

  /** As {@code kill -9}: nothing of it gets a chance to clean up. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Kills it too; waits, so that its folder can go. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
