package io.penstock.compose.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells whether a peer is on this machine, and which version of it. */
final class Installation {

  /** Debian's own, for which its package of Celery is. */
  static final String PYTHON = "/usr/bin/python3";

  private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+[.\\d]*)");
  private static final Path RABBITMQ_RELEASES = Path.of("/usr/lib/rabbitmq/lib");

  private final Path scripts;

  /**
   * @param scripts the folder of the peers' clients
   */
  Installation(Path scripts) {
    this.scripts = scripts;
  }

  /**
   * The versions of a peer and its client.
   *
   * @throws MissingException if a part of it is not there
   */
  String version(SystemName peer) {
    return switch (peer) {
      case PENSTOCK -> "";
      case BULLMQ -> "BullMQ %s, Redis %s, Node %s".formatted(module("bullmq"), redis(), node());
      case CELERY -> "Celery %s, Redis %s".formatted(celery(), redis());
      case RABBITMQ ->
          "RabbitMQ %s, amqplib %s, Node %s".formatted(rabbitMq(), module("amqplib"), node());
    };
  }

  /** A part of a peer is not there. */
  static final class MissingException extends RuntimeException {

    MissingException(String what) {
      super(what + " is not installed; run compose/bench/peers/setup.sh");
    }
  }

  private static String redis() {
    return asked("redis-server", "redis-server", "--version");
  }

  private static String node() {
    return asked("node", "node", "--version");
  }

  private static String celery() {
    return asked(
        "Celery for Debian's Python",
        PYTHON,
        "-c",
        "import redis, celery; print(celery.__version__)");
  }

  private static String rabbitMq() {
    if (Files.isExecutable(PeerServer.RABBITMQ)) {
      try (var releases = Files.list(RABBITMQ_RELEASES)) {
        return releases
            .map(each -> VERSION.matcher(each.getFileName().toString()))
            .filter(Matcher::find)
            .map(Matcher::group)
            .findFirst()
            .orElseThrow(() -> new MissingException("rabbitmq-server"));
      } catch (IOException _) {
        throw new MissingException("rabbitmq-server");
      }
    }
    throw new MissingException("rabbitmq-server");
  }

  private String module(String name) {
    Path description = scripts.resolve("node_modules").resolve(name).resolve("package.json");
    try {
      return new ObjectMapper().readTree(description.toFile()).path("version").asText();
    } catch (IOException _) {
      throw new MissingException("the npm package " + name);
    }
  }

  private static String asked(String what, String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = VERSION.matcher(output);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0 || !version.find()) {
        throw new MissingException(what);
      }
      return version.group();
    } catch (IOException _) {
      throw new MissingException(what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
