package io.penstock.compose.cli;

import io.penstock.compose.node.NodeConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which every command finds its cluster. */
final class ClusterOptions {

  static final String DEFAULT_KAFKA = "127.0.0.1:9092";
  static final String DEFAULT_REGISTRY = "http://127.0.0.1:8081/apis/ccompat/v7";

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description =
          "Kafka's bootstrap servers. Else $$PENSTOCK_KAFKA, else kafka.bootstrapServers of"
              + " the configuration, else those of the running 'penstock up', else "
              + DEFAULT_KAFKA
              + ".")
  @Nullable String kafka;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description =
          "The schema registry, in Confluent's API. Else $$PENSTOCK_REGISTRY, else"
              + " registry.url of the configuration, else that of the running 'penstock up', else "
              + DEFAULT_REGISTRY
              + ".")
  @Nullable String registry;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description =
          "What the topics' names begin with. Else $$PENSTOCK_PREFIX, else topics.names.prefix"
              + " of the configuration, else that of the running 'penstock up', else 'penstock.'.")
  @Nullable String prefix;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "A properties file with further Kafka client settings, such as security.")
  @Nullable Path kafkaConfig;

  @Mixin final ConfigOptions config = new ConfigOptions();

  Cluster connect(Environment environment) {
    return environment.connector().connect(connection(environment), names(environment));
  }

  ClusterConnection connection(Environment environment) {
    Optional<NodeConfig> configured = configured(environment);
    Optional<String> configuredKafka = configured.flatMap(node -> node.kafka().bootstrapServers());
    String servers =
        choose(
            environment,
            kafka,
            "PENSTOCK_KAFKA",
            configuredKafka,
            ClusterFile::kafka,
            DEFAULT_KAFKA);
    Map<String, String> settings = new HashMap<>();
    // They hold credentials, which no other cluster may see.
    if (configuredKafka.equals(Optional.of(servers))) {
      configured.ifPresent(node -> settings.putAll(node.kafka().settings()));
    }
    settings.putAll(kafkaSettings(kafkaConfig));
    return new ClusterConnection(
        servers,
        choose(
            environment,
            registry,
            "PENSTOCK_REGISTRY",
            configured.flatMap(node -> node.registry().url()),
            ClusterFile::registry,
            DEFAULT_REGISTRY),
        settings);
  }

  TopicNames names(Environment environment) {
    String chosen =
        choose(
            environment,
            prefix,
            "PENSTOCK_PREFIX",
            configured(environment)
                .map(node -> node.topics().names().prefix())
                .filter(configured -> !configured.equals(TopicNames.DEFAULT.prefix())),
            ClusterFile::prefix,
            TopicNames.DEFAULT.prefix());
    try {
      return new TopicNames(chosen);
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--prefix: " + e.getMessage());
    }
  }

  /** The configuration, if there is one. */
  private Optional<NodeConfig> configured(Environment environment) {
    return config.isGiven(environment)
        ? Optional.of(config.read(environment, List.of(), NodeDefaults::alone).node())
        : Optional.empty();
  }

  private static String choose(
      Environment environment,
      @Nullable String option,
      String variable,
      Optional<String> configured,
      Function<ClusterFile, String> fromFile,
      String fallback) {
    if (option != null && !option.isBlank()) {
      return option;
    }
    return Optional.ofNullable(environment.variables().get(variable))
        .filter(value -> !value.isBlank())
        .or(() -> configured)
        .or(() -> ClusterFile.read(environment.clusterFile()).map(fromFile))
        .orElse(fallback);
  }

  /** What a properties file of client settings holds; nothing without a file. */
  static Map<String, String> kafkaSettings(@Nullable Path kafkaConfig) {
    Map<String, String> settings = new HashMap<>();
    if (kafkaConfig == null) {
      return settings;
    }
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(kafkaConfig)) {
      values.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw CliException.usage(
          "--kafka-config: %s cannot be read as a properties file: %s"
              .formatted(kafkaConfig, e.getMessage()));
    }
    values.stringPropertyNames().forEach(key -> settings.put(key, values.getProperty(key)));
    return settings;
  }
}
