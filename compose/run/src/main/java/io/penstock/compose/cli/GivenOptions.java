package io.penstock.compose.cli;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options of a command that are short forms of keys of the configuration. */
final class GivenOptions {

  private final List<Given> given = new ArrayList<>();

  /** Sets the key if the option is there. */
  GivenOptions add(String option, String key, @Nullable Object value) {
    if (value != null) {
      String text =
          value instanceof List<?> list
              ? String.join(",", list.stream().map(Object::toString).toList())
              : value.toString();
      given.add(new Given(key, text, new Origin.Option(option)));
    }
    return this;
  }

  /** The Kafka client settings of a properties file. */
  GivenOptions addKafkaSettings(@Nullable Path file) {
    ClusterOptions.kafkaSettings(file)
        .forEach((name, value) -> add("--kafka-config", "kafka.settings." + name, value));
    return this;
  }

  List<Given> all() {
    return List.copyOf(given);
  }

  /** The name of an option, if it is given. */
  static Optional<String> name(String option, @Nullable Object value) {
    return value == null ? Optional.empty() : Optional.of(option);
  }
}
