package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import picocli.CommandLine.Mixin;

/**
 * A command of operators. It goes over HTTP where --url or --admin-key say so, or both
 * $PENSTOCK_URL and $PENSTOCK_ADMIN_KEY are set, and else to Kafka. Where only the variables say
 * so, it names the front before it changes something.
 */
abstract class OperatorCommand extends ClusterCommand {

  @Mixin final AdminOptions admin = new AdminOptions();

  OperatorCommand(Environment environment) {
    super(environment);
  }

  @Override
  final int connected() throws Exception {
    HttpOrKafka way =
        new HttpOrKafka(
            admin.given(),
            AdminOptions.variables(environment),
            clusterOptions.named(),
            ClusterOptions.variables(environment));
    if (!way.isHttp()) {
      return super.connected();
    }
    validateHttp();
    try (FrontClient client = admin.client(environment)) {
      if (way.isUpToVariables()) {
        client.beforeFirstChange(() -> console().note("over HTTP at " + client.address()));
      }
      return run(client);
    }
  }

  /** Refuses options that HTTP has nothing for. */
  void validateHttp() {}

  /** Does the work over HTTP and returns the exit code. */
  abstract int run(FrontClient client) throws Exception;
}
