package io.penstock.compose.bench.rig;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The main class of a part that a benchmark kills: {@code dispatch} or {@code worker} in a process
 * of its own. Says {@code ready} on stdout, and ends when its stdin does, so that it never outlives
 * the benchmark.
 */
final class BenchChild {

  static final String READY = "ready";

  private BenchChild() {}

  /** See {@link BenchProcess} for the arguments. */
  public static void main(String... arguments) throws Exception {
    ClusterConnection connection = new ClusterConnection(arguments[1], arguments[2]);
    switch (arguments[0]) {
      case "dispatch" ->
          dispatch(
              connection,
              Path.of(arguments[3]),
              Duration.parse(arguments[4]),
              Integer.parseInt(arguments[5]));
      case "worker" ->
          worker(
              connection,
              arguments[3],
              arguments[4],
              Integer.parseInt(arguments[5]),
              Duration.parse(arguments[6]));
      default -> throw new IllegalArgumentException("no part is named " + arguments[0]);
    }
    System.out.println(READY);
    awaitEndOfInput();
    Runtime.getRuntime().halt(0);
  }

  private static void dispatch(
      ClusterConnection connection, Path state, Duration failover, int standbys)
      throws InterruptedException {
    DispatchApplication dispatch =
        new DispatchApplication(
            DispatchConfig.DEFAULT.withFailover(failover, failover).withStandbys(standbys),
            connection,
            TopicSettings.DEFAULT,
            state,
            new SimpleMeterRegistry());
    dispatch.start();
    BenchCluster.await("dispatch", dispatch::running);
  }

  private static void worker(
      ClusterConnection connection, String id, String model, int slots, Duration job)
      throws InterruptedException {
    Worker worker =
        new Worker(
            new WorkerConfig(id, List.of(model), slots),
            connection,
            TopicSettings.DEFAULT,
            new SleepingEngine(() -> job),
            new SimpleMeterRegistry());
    worker.start();
    BenchCluster.await(id, () -> worker.health().ready());
  }

  private static void awaitEndOfInput() throws IOException {
    int read = System.in.read();
    while (read >= 0) {
      read = System.in.read();
    }
  }
}
