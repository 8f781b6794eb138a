package io.penstock.compose.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * The facilities that a command takes from its process.
 *
 * @param variables the environment variables
 * @param home the user's home folder
 * @param clock the time
 * @param console where it prints
 * @param connector how it reaches a cluster
 */
public record Environment(
    Map<String, String> variables, Path home, Clock clock, Console console, Connector connector) {

  public Environment {
    variables = Map.copyOf(variables);
  }

  static Environment ofProcess() {
    return new Environment(
        System.getenv(),
        home(System.getenv()),
        Clock.systemUTC(),
        Console.ofProcess(System.getenv()),
        KafkaCluster::connect);
  }

  /**
   * The folder that $HOME names, as for every other command; else the one of the user's account.
   */
  static Path home(Map<String, String> variables) {
    String named = variables.getOrDefault("HOME", "");
    return Path.of(named.isBlank() ? System.getProperty("user.home") : named);
  }

  /** Where a running {@code penstock up} leaves its addresses for other terminals. */
  Path clusterFile() {
    return home.resolve(".penstock").resolve("cluster.properties");
  }
}
