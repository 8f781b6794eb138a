package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import picocli.CommandLine.Mixin;

/**
 * A command of operators. It goes over HTTP where --url or --admin-key say so, or both
 * $PENSTOCK_URL and $PENSTOCK_ADMIN_KEY are set, and else to Kafka.
 */
abstract class OperatorCommand extends ClusterCommand {

  @Mixin final AdminOptions admin = new AdminOptions();

  OperatorCommand(Environment environment) {
    super(environment);
  }

  @Override
  final int connected() throws Exception {
    if (admin.isGiven() && clusterOptions.namesCluster()) {
      throw CliException.usage(
          "--url and --admin-key are for HTTP, and --kafka, --registry, --prefix and --kafka-config"
              + " for Kafka; give those of one");
    }
    if (clusterOptions.namesCluster() || !admin.isNamed(environment)) {
      return super.connected();
    }
    validateHttp();
    try (FrontClient client = admin.client(environment)) {
      return run(client);
    }
  }

  /** Refuses options that HTTP has nothing for. */
  void validateHttp() {}

  /** Does the work over HTTP and returns the exit code. */
  abstract int run(FrontClient client) throws Exception;
}
