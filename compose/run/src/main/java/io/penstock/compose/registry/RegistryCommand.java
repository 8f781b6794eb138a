package io.penstock.compose.registry;

import io.penstock.compose.kafka.LoopbackPorts;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The command line of the registry's JVM. */
final class RegistryCommand {

  private RegistryCommand() {}

  static List<String> of(RegistryConfig config, int port, int managementPort) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            // What the manifest of the registry's jar asks for, which is not read without -jar.
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Djava.io.tmpdir=" + config.folder().toAbsolutePath());
    properties(config, port, managementPort)
        .forEach((name, value) -> command.add("-D%s=%s".formatted(name, value)));
    command.add("-cp");
    command.add(
        config.distribution().resolve(RegistryDistribution.JAR).toAbsolutePath()
            + File.pathSeparator
            + RegistryDistribution.ownClasses());
    command.add(RegistryMain.class.getName());
    return command;
  }

  private static Map<String, String> properties(
      RegistryConfig config, int port, int managementPort) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("quarkus.http.host", LoopbackPorts.HOST);
    properties.put("quarkus.http.port", String.valueOf(port));
    properties.put("quarkus.management.host", LoopbackPorts.HOST);
    properties.put("quarkus.management.port", String.valueOf(managementPort));
    properties.put("quarkus.http.access-log.enabled", "false");
    properties.put("quarkus.log.category.\"io.apicurio\".level", "WARN");
    properties.put(
        "apicurio.storage.snapshot.location", config.folder().toAbsolutePath().toString());
    properties.put("apicurio.import.work-dir", config.folder().toAbsolutePath().toString());
    properties.putAll(storage(config.storage()));
    // Quarkus reads it besides; the arguments of a process are no place for secrets.
    properties.put("smallrye.config.locations", clientSettings(config).toString());
    return properties;
  }

  /** The file of the settings of its Kafka clients. */
  static Path clientSettings(RegistryConfig config) {
    return config.folder().resolve("kafka-clients.properties").toAbsolutePath();
  }

  private static Map<String, String> storage(RegistryStorage storage) {
    return switch (storage) {
      case RegistryStorage.InMemory() ->
          Map.of("apicurio.storage.kind", "sql", "apicurio.storage.sql.kind", "h2");
      case RegistryStorage.OnKafka(String bootstrapServers, String topicPrefix, _) ->
          Map.of(
              "apicurio.storage.kind",
              "kafkasql",
              "apicurio.kafkasql.bootstrap.servers",
              bootstrapServers,
              "apicurio.kafkasql.topic",
              topicPrefix + "registry",
              "apicurio.kafkasql.snapshots.topic",
              topicPrefix + "registry-snapshots",
              "apicurio.events.kafka.topic",
              topicPrefix + "registry-events",
              // Its start waits out two polls, by default 5 s each.
              "apicurio.kafkasql.consumer.poll.timeout",
              "200");
    };
  }
}
