package io.penstock.compose.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.penstock.compose.node.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * Brokers in containers, each of them a controller, too. They have the settings with which {@code
 * compose.yaml} runs them.
 */
final class DockerKafka implements TestKafka {

  private static final Logger log = LoggerFactory.getLogger(DockerKafka.class);

  /** The image of the Kafka whose clients are tested, unless a property names another. */
  private static final String IMAGE =
      System.getProperty("penstock.kafka.image", "apache/kafka:" + AppInfoParser.getVersion());

  private static final int BROKERS = 3;
  private static final int PULL_SECONDS = 120;
  private static final Duration START = Duration.ofMinutes(3);

  /** From the folder of this module, in which its tests run. */
  private static final Path SETTINGS = Path.of("..", "docker", "kafka");

  private final Network network;
  private final List<KafkaContainer> brokers;

  private DockerKafka(int count, String settings) {
    network = Network.newNetwork();
    brokers = IntStream.rangeClosed(1, count).mapToObj(id -> broker(id, count, settings)).toList();
    try {
      // None is ready before most of them run.
      Startables.deepStart(brokers).join();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  static TestKafka single() {
    return new DockerKafka(1, "one-broker.env");
  }

  static TestKafka cluster() {
    return new DockerKafka(BROKERS, "three-brokers.env");
  }

  @SuppressWarnings("resource") // Closed with this.
  private KafkaContainer broker(int id, int count, String settings) {
    String voters =
        IntStream.rangeClosed(1, count)
            .mapToObj(each -> "%d@%s:9094".formatted(each, name(each)))
            .collect(Collectors.joining(","));
    return new KafkaContainer(
            DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"))
        .withNetwork(network)
        .withNetworkAliases(name(id))
        .withEnv(variables("broker.env"))
        .withEnv(variables(settings))
        .withEnv("KAFKA_NODE_ID", String.valueOf(id))
        .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", voters)
        .withEnv("KAFKA_HEAP_OPTS", "-Xms128m -Xmx384m")
        .withStartupTimeout(START);
  }

  private static String name(int id) {
    return "kafka-" + id;
  }

  private static Map<String, String> variables(String file) {
    Map<String, String> variables = new HashMap<>();
    try {
      for (String line : Files.readAllLines(SETTINGS.resolve(file))) {
        if (!line.isBlank() && !line.startsWith("#")) {
          int equals = line.indexOf('=');
          variables.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return variables;
  }

  /** Returns what is missing, the engine or the image, and what to do about it. */
  static Optional<String> missing() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return Optional.of(
          "no Docker engine answers here, or it cannot pull Testcontainers' own helper; start one,"
              + " and set TESTCONTAINERS_RYUK_DISABLED=true where images cannot be pulled");
    }
    DockerClient docker = DockerClientFactory.instance().client();
    try {
      docker.inspectImageCmd(IMAGE).exec();
      return Optional.empty();
    } catch (NotFoundException absent) {
      log.info("Pulling {}", IMAGE);
      return pull(docker);
    }
  }

  private static Optional<String> pull(DockerClient docker) {
    String remedy = "build it with compose/docker/local-images kafka";
    try {
      boolean done =
          docker
              .pullImageCmd(IMAGE)
              .exec(new PullImageResultCallback())
              .awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS);
      return done
          ? Optional.empty()
          : Optional.of(
              "%s was not pulled within %d s; pull it beforehand, or %s"
                  .formatted(IMAGE, PULL_SECONDS, remedy));
    } catch (DockerException e) {
      return Optional.of("%s cannot be pulled (%s); %s".formatted(IMAGE, e.getMessage(), remedy));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public KafkaSettings settings() {
    String servers =
        brokers.stream().map(KafkaContainer::getBootstrapServers).collect(Collectors.joining(","));
    return new KafkaSettings(Optional.of(servers), 0, Map.of());
  }

  @Override
  public short copies() {
    return (short) brokers.size();
  }

  @Override
  public void close() {
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      brokers.forEach(broker -> each.execute(broker::close));
    }
    network.close();
  }
}
