package io.penstock.compose.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.PortInUseException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryProcessIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SCHEMA = "{\"schema\":\"\\\"string\\\"\"}";

  @TempDir Path folder;

  @Test
  void keepsSchemasOnKafkaOverARestartAndHoldsThemToBackward() throws Exception {
    try (EmbeddedKafka kafka =
        new EmbeddedKafka(new EmbeddedKafkaConfig(folder.resolve("kafka"), 0, 9_000_000))) {
      try (RegistryProcess registry =
          registry(new RegistryStorage.OnKafka(kafka.bootstrapServers(), "test."))) {
        registry.launch();
        kafka.start();
        registry.awaitReady(PATIENCE);
        assertThat(get(registry.url() + "/config")).contains("BACKWARD");
        post(registry.url() + "/subjects/kept-value/versions");
      }
      try (RegistryProcess again =
          registry(new RegistryStorage.OnKafka(kafka.bootstrapServers(), "test."))) {
        again.start(PATIENCE);
        assertThat(get(again.url() + "/subjects")).contains("kept-value");
        assertThat(get(again.url() + "/config")).contains("BACKWARD");
      }
    }
  }

  @Test
  void endsWhenTheProcessThatStartedItIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RegistryParent.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("parent.log").toFile())
            .start();
    try {
      ProcessHandle child = awaitChild(parent);
      parent.destroyForcibly();
      child.onExit().get(20, TimeUnit.SECONDS);
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void aNextStartEndsAChildLeftOver() throws Exception {
    Process leftOver = new ProcessBuilder("sleep", "600").start();
    PidFile pidFile = new PidFile(folder.resolve("registry.pid"));
    pidFile.write(leftOver.toHandle());
    pidFile.endLeftOver();
    assertThat(leftOver.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(folder.resolve("registry.pid")).doesNotExist();
  }

  @Test
  void leavesAnotherProcessWithTheSameIdAlone() throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      Path file = folder.resolve("registry.pid");
      Files.writeString(file, other.pid() + " 2001-01-01T00:00:00Z");
      new PidFile(file).endLeftOver();
      assertThat(other.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aChildThatEndsIsReportedWithTheEndOfItsLog() throws Exception {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    try (RegistryProcess registry =
        new RegistryProcess(
            new RegistryConfig(broken, folder, 0, new RegistryStorage.InMemory()))) {
      assertThatThrownBy(() -> registry.start(PATIENCE))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("exit code 1")
          .hasMessageContaining("QuarkusEntryPoint");
    }
  }

  @Test
  void refusesATakenPortAndNamesItsFlag() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      RegistryConfig config =
          new RegistryConfig(folder, folder, taken.getLocalPort(), new RegistryStorage.InMemory());
      assertThatThrownBy(() -> new RegistryProcess(config))
          .isInstanceOf(PortInUseException.class)
          .hasMessageContaining("--registry-port");
    }
  }

  private RegistryProcess registry(RegistryStorage storage) {
    return new RegistryProcess(
        new RegistryConfig(RegistryDistribution.find(), folder.resolve("registry"), 0, storage));
  }

  private static ProcessHandle awaitChild(Process parent) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < end) {
      try (Stream<ProcessHandle> children = parent.children()) {
        ProcessHandle child = children.findFirst().orElse(null);
        if (child != null) {
          return child;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no child was started");
  }

  private static String get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)).GET());
  }

  private static void post(String url) throws Exception {
    send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString(SCHEMA)));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          http.send(
              request.timeout(Duration.ofSeconds(20)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return response.body();
    }
  }
}
