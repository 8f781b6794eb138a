package io.penstock.compose.cli;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.config.Origin;
import io.penstock.compose.node.NodeConfig;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Those that options stand for, the keys they are short for, and that of the configuration. */
  private static final List<String> VARIABLES =
      List.of(
          "PENSTOCK_KAFKA",
          "PENSTOCK_KAFKA_BOOTSTRAP_SERVERS",
          "PENSTOCK_REGISTRY",
          "PENSTOCK_REGISTRY_URL",
          "PENSTOCK_PREFIX",
          "PENSTOCK_TOPICS_NAMES_PREFIX",
          ConfigOptions.VARIABLE);

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description =
          "Kafka's bootstrap servers. Else $$PENSTOCK_KAFKA, else kafka.bootstrapServers of"
              + " the configuration. Where none of these names one: that of the running 'penstock"
              + " up', unless --registry names another registry than it uses, else "
              + "127.0.0.1:"
              + NodeDefaults.KAFKA_PORT
              + ".")
  @Nullable String kafka;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description =
          "The schema registry, in Confluent's API. Else $$PENSTOCK_REGISTRY, else"
              + " registry.url of the configuration. Where neither these nor --kafka name one:"
              + " that of the running 'penstock up', else "
              + "http://127.0.0.1:"
              + NodeDefaults.REGISTRY_PORT
              + "/apis/ccompat/v7"
              + ".")
  @Nullable String registry;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description =
          "What the topics' names begin with. Else $$PENSTOCK_PREFIX, else topics.names.prefix"
              + " of the configuration, else that of the running 'penstock up' if its cluster is"
              + " used, else 'penstock.'.")
  @Nullable String prefix;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "A properties file with further Kafka client settings, such as security.")
  @Nullable Path kafkaConfig;

  @Mixin final ConfigOptions config = new ConfigOptions();

  /** The names of the given options that name a cluster, or a configuration, which may. */
  List<String> named() {
    List<String> names = new ArrayList<>();
    GivenOptions.name("--kafka", present(kafka)).ifPresent(names::add);
    GivenOptions.name("--registry", present(registry)).ifPresent(names::add);
    GivenOptions.name("--prefix", present(prefix)).ifPresent(names::add);
    GivenOptions.name("--kafka-config", kafkaConfig).ifPresent(names::add);
    names.addAll(config.named());
    return names;
  }

  /** The variables that are set and name a cluster, or a configuration, which may. */
  static List<String> variables(Environment environment) {
    return VARIABLES.stream()
        .filter(name -> present(environment.variables().get(name)) != null)
        .map(name -> "$" + name)
        .toList();
  }

  /**
   * Reads the configuration and sees which cluster it is for.
   *
   * @param options what other options of the command say
   * @param defaults by data folder
   */
  ClusterChoice choose(
      Environment environment, List<Given> options, Function<Path, NodeConfig> defaults) {
    List<Given> given = new ArrayList<>(given(environment));
    given.addAll(options);
    Configuration read = config.readShortly(environment, given, defaults);
    Optional<ClusterFile> running =
        ClusterFile.read(environment.clusterFile()).filter(file -> ClusterChoice.suits(read, file));
    if (running.isEmpty()) {
      return new ClusterChoice(read, running);
    }
    TopicSettings topics = running.get().topics();
    return new ClusterChoice(
        config.readShortly(
            environment, given, data -> defaults.apply(data).toBuilder().topics(topics).build()),
        running);
  }

  /** Returns what the options and variables that name a cluster say, as keys. */
  private List<Given> given(Environment environment) {
    GivenOptions given = new GivenOptions();
    List<Given> all = new ArrayList<>();
    variable(environment, "PENSTOCK_KAFKA", "kafka.bootstrapServers").ifPresent(all::add);
    variable(environment, "PENSTOCK_REGISTRY", "registry.url").ifPresent(all::add);
    variable(environment, "PENSTOCK_PREFIX", "topics.names.prefix").ifPresent(all::add);
    given
        .add("--kafka", "kafka.bootstrapServers", present(kafka))
        .add("--registry", "registry.url", present(registry))
        .add("--prefix", "topics.names.prefix", present(prefix));
    all.addAll(given.all());
    return all;
  }

  private static Optional<Given> variable(Environment environment, String name, String key) {
    return Optional.ofNullable(present(environment.variables().get(name)))
        .map(value -> new Given(key, value, new Origin.Variable(name)));
  }

  private static @Nullable String present(@Nullable String value) {
    return value == null || value.isBlank() ? null : value;
  }

  /** Returns what a properties file of client settings holds; nothing without a file. */
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
