package io.penstock.compose.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that connects to a cluster, does one thing and disconnects. */
abstract class ClusterCommand implements Callable<Integer> {

  final Environment environment;

  @Mixin final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin final OutputOptions output = new OutputOptions();

  ClusterCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public final Integer call() throws Exception {
    LogLevels.forClient(output.verbose);
    validate();
    return connected();
  }

  /** Connects and does the work. */
  int connected() throws Exception {
    ClusterChoice choice = choose();
    try (Cluster cluster =
        environment
            .connector()
            .connect(
                choice.connection(ClusterOptions.kafkaSettings(clusterOptions.kafkaConfig)),
                choice.topics())) {
      return run(cluster);
    }
  }

  /** Reads the configuration and sees which cluster it is for. */
  ClusterChoice choose() {
    return clusterOptions.choose(environment, List.of(), NodeDefaults::alone);
  }

  /** Refuses contradictory options before a connection is made. */
  void validate() {}

  /** Does the work and returns the exit code. */
  abstract int run(Cluster cluster) throws Exception;

  final Console console() {
    return environment.console();
  }
}
