package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import picocli.CommandLine.Mixin;

/**
 * A command of those who have requests served. It goes over HTTP where --url, --key or
 * $PENSTOCK_URL say so, which spares it a Kafka client, and else to Kafka.
 */
abstract class RequesterCommand extends ClusterCommand {

  @Mixin final FrontOptions front = new FrontOptions();

  RequesterCommand(Environment environment) {
    super(environment);
  }

  @Override
  final int connected() throws Exception {
    if (!isOverHttp()) {
      return super.connected();
    }
    validateHttp();
    try (FrontClient client = client()) {
      return run(client);
    }
  }

  final boolean isOverHttp() {
    if (isHttpAskedFor() && clusterOptions.namesCluster()) {
      throw CliException.usage(
          "--url and --key are for HTTP, and --kafka, --registry, --prefix and --kafka-config for"
              + " Kafka; give those of one");
    }
    return (isHttpAskedFor() || front.isNamed(environment)) && !clusterOptions.namesCluster();
  }

  /** Whether an option asks for HTTP. */
  boolean isHttpAskedFor() {
    return front.isGiven();
  }

  /** Calls in the name of whom the options or variables name. */
  FrontClient client() {
    return front.client(environment);
  }

  /** Refuses options that HTTP has nothing for. */
  abstract void validateHttp();

  static void requireAbsent(boolean given, String option, String why) {
    if (given) {
      throw CliException.usage("%s cannot be given over HTTP: %s".formatted(option, why));
    }
  }

  /** Does the work over HTTP and returns the exit code. */
  abstract int run(FrontClient client) throws Exception;
}
