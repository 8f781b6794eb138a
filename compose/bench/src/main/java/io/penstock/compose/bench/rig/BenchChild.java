package io.penstock.compose.bench.rig;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.HttpFront;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.KafkaQuorum;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The main class of a part that a benchmark kills: {@code dispatch}, {@code worker}, {@code http}
 * or a Kafka {@code broker} in a process of its own. Says {@code ready} on stdout, and ends when
 * its stdin does, so that it never outlives the benchmark. Dispatch answers questions until then.
 */
final class BenchChild {

  static final String READY = "ready";

  /**
   * Asked on stdin, dispatch answers with it, the number of shards that it serves or copies, and by
   * how many records all these lag behind.
   */
  static final String COPIES = "copies";

  private BenchChild() {}

  /** See {@link BenchProcess} for the arguments. */
  public static void main(String... arguments) throws Exception {
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    Supplier<String> answers = () -> "";
    switch (arguments[0]) {
      case "broker" -> broker(rest);
      case "dispatch" ->
          answers = dispatch(connection(rest), topics(rest), rest.subList(3, rest.size()));
      case "http" -> front(connection(rest), topics(rest), rest.subList(3, rest.size()));
      case "worker" -> worker(connection(rest), topics(rest), rest.subList(3, rest.size()));
      default -> throw new IllegalArgumentException("no part is named " + arguments[0]);
    }
    System.out.println(READY);
    answer(answers);
    Runtime.getRuntime().halt(0);
  }

  private static ClusterConnection connection(List<String> arguments) {
    return new ClusterConnection(arguments.get(0), arguments.get(1));
  }

  private static TopicSettings topics(List<String> arguments) {
    return TopicSettings.DEFAULT.withReplicationFactor(Integer.parseInt(arguments.get(2)));
  }

  @SuppressWarnings("resource") // It ends with the process.
  private static void broker(List<String> arguments) {
    List<Integer> controllerPorts =
        Pattern.compile(",").splitAsStream(arguments.get(5)).map(Integer::valueOf).toList();
    new EmbeddedKafka(
            new EmbeddedKafkaConfig(
                Path.of(arguments.get(0)),
                Integer.parseInt(arguments.get(1)),
                Integer.parseInt(arguments.get(2)),
                Optional.of(
                    new KafkaQuorum(
                        arguments.get(3),
                        Integer.parseInt(arguments.get(4)),
                        controllerPorts,
                        Duration.parse(arguments.get(6))))))
        .start();
  }

  private static Supplier<String> dispatch(
      ClusterConnection connection, TopicSettings topics, List<String> arguments)
      throws InterruptedException {
    Duration failover = Duration.parse(arguments.get(1));
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    DispatchApplication dispatch =
        new DispatchApplication(
            DispatchConfig.DEFAULT
                .withFailover(failover, failover)
                .withStandbys(Integer.parseInt(arguments.get(2))),
            connection,
            topics,
            Path.of(arguments.get(0)),
            metrics);
    dispatch.start();
    BenchCluster.await(
        "dispatch", Duration.parse(arguments.get(3)), () -> dispatch.problem().isEmpty());
    return () -> COPIES + " " + shards(metrics) + " " + dispatch.recordsBehind();
  }

  private static int shards(MeterRegistry metrics) {
    return Stream.of("penstock.dispatch.shards", "penstock.dispatch.standbys")
        .mapToInt(each -> (int) metrics.get(each).gauge().value())
        .sum();
  }

  private static void worker(
      ClusterConnection connection, TopicSettings topics, List<String> arguments)
      throws InterruptedException {
    String id = arguments.get(0);
    Duration job = Duration.parse(arguments.get(3));
    Worker worker =
        new Worker(
            new WorkerConfig(id, List.of(arguments.get(1)), Integer.parseInt(arguments.get(2))),
            connection,
            topics,
            new SleepingEngine(() -> job),
            new SimpleMeterRegistry());
    worker.start();
    BenchCluster.await(id, () -> worker.health().ready());
  }

  @SuppressWarnings("resource") // It ends with the process.
  private static void front(
      ClusterConnection connection, TopicSettings topics, List<String> arguments)
      throws IOException, InterruptedException {
    HttpFront front =
        HttpFront.start(
            connection,
            topics,
            HttpSettings.DEFAULT.withPort(Integer.parseInt(arguments.get(0))),
            FolderStore.open(Path.of(arguments.get(1))),
            new ControlReports(),
            new SimpleMeterRegistry());
    BenchCluster.await("the HTTP front", () -> front.problem().isEmpty());
  }

  /** Answers until stdin ends. */
  private static void answer(Supplier<String> answers) throws IOException {
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (questions.readLine() != null) {
      System.out.println(answers.get());
    }
  }
}
