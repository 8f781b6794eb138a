package io.penstock.compose.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the configuration is read from.
 *
 * @param file the file, if there is one
 * @param variables the environment variables
 * @param options what the command line says, those that win last
 */
public record ConfigSources(
    Optional<Path> file, Map<String, String> variables, List<Given> options) {

  /**
   * A key's value from the command line.
   *
   * @param origin the option as the user knows it
   */
  public record Given(String key, String value, Origin origin) {}

  public ConfigSources {
    variables = Map.copyOf(variables);
    options = List.copyOf(options);
  }
}
