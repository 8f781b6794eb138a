package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command of whoever administers Kafka. It speaks with Kafka alone. */
abstract class KafkaCommand implements Callable<Integer> {

  final Environment environment;

  @Mixin final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin final OutputOptions output = new OutputOptions();

  KafkaCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public final Integer call() throws Exception {
    LogLevels.forClient(output.verbose);
    return run(clusterOptions.choose(environment, List.of(), NodeDefaults::alone));
  }

  /** Connects, having seen that Kafka answers. */
  final ClusterConnection connection(ClusterChoice choice) {
    ClusterConnection connection =
        choice.connection(ClusterOptions.kafkaSettings(clusterOptions.kafkaConfig));
    KafkaCluster.requireKafka(connection);
    return connection;
  }

  /** Does the work and returns the exit code. */
  abstract int run(ClusterChoice choice) throws Exception;

  final Console console() {
    return environment.console();
  }
}
