package io.penstock.compose.bench.peers;

import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A peer's server on free ports of the loopback address, with its data in a folder of its own and
 * bounded memory.
 */
final class PeerServer implements AutoCloseable {

  /** Where Debian's package has it, without the wrapper that changes the user. */
  static final Path RABBITMQ = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MEMORY = "1gb";

  private final String url;
  private final ChildProcess process;
  private final List<String> afterwards;
  private final Map<String, String> environment;

  private PeerServer(
      String url, ChildProcess process, List<String> afterwards, Map<String, String> environment) {
    this.url = url;
    this.process = process;
    this.afterwards = afterwards;
    this.environment = environment;
  }

  /** Redis with its append-only file. Full memory is an error, as BullMQ demands. */
  static PeerServer redis(Path folder, PeersSettings.RedisFsync fsync)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int port = LoopbackPorts.free(1).getFirst();
    List<String> command =
        List.of(
            "redis-server",
            "--port",
            Integer.toString(port),
            "--bind",
            LoopbackPorts.HOST,
            "--dir",
            folder.toString(),
            "--appendonly",
            "yes",
            "--appendfsync",
            fsync.name().toLowerCase(Locale.ROOT),
            "--save",
            "",
            "--maxmemory",
            MEMORY,
            "--maxmemory-policy",
            "noeviction");
    ChildProcess process = ChildProcess.start("redis-server", command, folder, Map.of(), folder);
    PeerServer server =
        new PeerServer(
            "redis://%s:%d".formatted(LoopbackPorts.HOST, port), process, List.of(), Map.of());
    return server.ready(port);
  }

  /** RabbitMQ with an Erlang port mapper of its own, which would else stay behind. */
  static PeerServer rabbitMq(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<Integer> ports = LoopbackPorts.free(3);
    Path config = folder.resolve("rabbitmq.conf");
    Path plugins = folder.resolve("enabled_plugins");
    Files.writeString(
        config,
        """
        vm_memory_high_watermark.absolute = %s
        disk_free_limit.absolute = 50MB
        """
            .formatted(MEMORY.toUpperCase(Locale.ROOT)));
    Files.writeString(plugins, "[].\n");
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("HOME", folder.toString()),
            Map.entry("RABBITMQ_NODENAME", "penstock-bench@localhost"),
            Map.entry("RABBITMQ_NODE_IP_ADDRESS", LoopbackPorts.HOST),
            Map.entry("RABBITMQ_NODE_PORT", Integer.toString(ports.get(0))),
            Map.entry("RABBITMQ_DIST_PORT", Integer.toString(ports.get(1))),
            Map.entry("ERL_EPMD_PORT", Integer.toString(ports.get(2))),
            Map.entry("ERL_EPMD_ADDRESS", LoopbackPorts.HOST),
            Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString()),
            Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()),
            Map.entry("RABBITMQ_LOGS", "-"),
            Map.entry("RABBITMQ_CONFIG_FILE", config.toString()),
            Map.entry("RABBITMQ_ADVANCED_CONFIG_FILE", folder.resolve("none.config").toString()),
            Map.entry("RABBITMQ_CONF_ENV_FILE", folder.resolve("none-env.conf").toString()),
            Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
            Map.entry(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}"));
    ChildProcess process =
        ChildProcess.start(
            "rabbitmq-server", List.of(RABBITMQ.toString()), folder, environment, folder);
    PeerServer server =
        new PeerServer(
            "amqp://guest:guest@%s:%d".formatted(LoopbackPorts.HOST, ports.get(0)),
            process,
            List.of("epmd", "-kill"),
            environment);
    return server.ready(ports.get(0));
  }

  private PeerServer ready(int port) throws IOException, InterruptedException {
    try {
      long begin = System.nanoTime();
      while (!accepts(port)) {
        if (!process.alive()) {
          throw process.wrong("ended");
        }
        if (System.nanoTime() - begin > PATIENCE.toNanos()) {
          throw process.wrong("was not ready after %d s".formatted(PATIENCE.toSeconds()));
        }
        Thread.sleep(50);
      }
      return this;
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(LoopbackPorts.HOST), port), 200);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** Where its clients connect. */
  String url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
    if (!afterwards.isEmpty()) {
      endRest();
    }
  }

  private void endRest() {
    try {
      List<String> command = new ArrayList<>(afterwards);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().putAll(environment);
      builder.start().waitFor();
    } catch (IOException _) {
      // Not on the path: nothing to end either.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
