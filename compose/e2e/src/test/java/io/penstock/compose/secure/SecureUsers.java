package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.penstock.compose.access.AccessRole;
import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.config.ConfigSources;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import io.penstock.schemas.cluster.ClusterConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A {@link SecureCluster} and its users, each of whom is named after the role that it is to have;
 * nobody has any right yet.
 */
final class SecureUsers implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path folder;
  private final SecureCluster cluster;

  /** Starts the cluster in a folder, and makes the users. */
  SecureUsers(Path folder) throws Exception {
    this.folder = folder;
    this.cluster = new SecureCluster(folder);
    for (AccessRole role : AccessRole.values()) {
      if (role != AccessRole.REGISTRY) {
        cluster.user(role.toString());
      }
    }
    cluster.user("nobody");
  }

  SecureCluster cluster() {
    return cluster;
  }

  /** Where tests keep files. It goes with the cluster. */
  Path folder() {
    return folder;
  }

  /** Runs a command that must end with this exit code. */
  CliHarness cli(int expected, String... arguments) throws Exception {
    CliHarness cli = new CliHarness(Files.createDirectories(folder.resolve("home"))).atKafka();
    int exit = cli.run(arguments);
    assertThat(exit).as("%s: %s%s", List.of(arguments), cli.out(), cli.err()).isEqualTo(expected);
    return cli;
  }

  /** Runs a command as a user. */
  CliHarness as(String user, String command) throws Exception {
    return as(user, 0, command);
  }

  /** The same where it must end with this exit code. */
  CliHarness as(String user, int expected, String command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.addAll(List.of("--config", cluster.configuration(user, "").toString()));
    return cli(expected, arguments.toArray(String[]::new));
  }

  /** Runs a command as the administrator of Kafka. */
  CliHarness asAdministrator(int expected, String command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.addAll(
        List.of(
            "--kafka",
            cluster.administrator().bootstrapServers(),
            "--prefix",
            SecureCluster.NAMES.prefix()));
    return cli(expected, arguments.toArray(String[]::new));
  }

  /** The configuration of a process that has one role, by the user of that name. */
  NodeConfig config(Role role) throws Exception {
    Path file =
        cluster.configuration(
            role.toString(),
            """
            data: %s
            roles: [%s]
            worker: {models: [m], slots: 8}
            engine: {kind: simulated, options: {speed-up: 100}}
            http: {port: 0, keys: {adminSecret: '${file:%s:secret}'}}
            operations: {port: 0}
            """
                .formatted(folder.resolve("data"), role, adminSecret()));
    return Configuration.read(
            new ConfigSources(Optional.of(file), Map.of(), List.of()),
            NodeConfig.of(folder.resolve("data")))
        .withKnownNames()
        .node();
  }

  /** A file with the secret of those who may use /admin. */
  Path adminSecret() throws Exception {
    Path file = folder.resolve("admin.properties");
    Files.writeString(file, "secret=" + FrontCallers.SECRET + "\n");
    return file;
  }

  /** Returns once a user has read a record from a topic. */
  void awaitRecord(String user, String topic) {
    awaitRecord(cluster.connection(user), topic);
  }

  /** The same as the administrator of Kafka. */
  void awaitAdministered(String topic) {
    awaitRecord(cluster.administrator(), topic);
  }

  private static void awaitRecord(ClusterConnection connection, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            connection.with(Map.of("auto.offset.reset", "earliest")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      await().atMost(PATIENCE).until(() -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
