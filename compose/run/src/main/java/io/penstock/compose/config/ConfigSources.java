package io.penstock.compose.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sources of the configuration.
 *
 * @param file the file, if there is one
 * @param variables the environment variables
 * @param options what the command line says, those that win last
 * @param ignoredFileKeys keys whose values in the file are for another process
 */
public record ConfigSources(
    Optional<Path> file,
    Map<String, String> variables,
    List<Given> options,
    Set<String> ignoredFileKeys) {

  /**
   * A key's value from the command line.
   *
   * @param origin the option as the user knows it
   */
  public record Given(String key, String value, Origin origin) {}

  public ConfigSources {
    variables = Map.copyOf(variables);
    options = List.copyOf(options);
    ignoredFileKeys = Set.copyOf(ignoredFileKeys);
  }

  /** Takes every key of the file. */
  public ConfigSources(Optional<Path> file, Map<String, String> variables, List<Given> options) {
    this(file, variables, options, Set.of());
  }
}
