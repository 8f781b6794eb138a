package io.penstock.compose.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What a command takes from the process it runs in.
 *
 * @param variables the environment variables
 * @param home the user's home folder
 * @param clock the time
 * @param console where it prints
 * @param connector how it reaches a cluster
 */
record Environment(
    Map<String, String> variables, Path home, Clock clock, Console console, Connector connector) {

  Environment {
    variables = Map.copyOf(variables);
  }

  static Environment ofProcess() {
    return new Environment(
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        Clock.systemUTC(),
        Console.ofProcess(System.getenv()),
        KafkaCluster::connect);
  }

  /** Where a running {@code penstock up} leaves its addresses for other terminals. */
  Path clusterFile() {
    return home.resolve(".penstock").resolve("cluster.properties");
  }
}
