package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.util.List;
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
    HttpOrKafka way =
        new HttpOrKafka(
            httpOptions(),
            FrontOptions.variables(environment),
            clusterOptions.named(),
            ClusterOptions.variables(environment));
    if (!way.isHttp()) {
      return super.connected();
    }
    validateHttp();
    try (FrontClient client = client()) {
      return run(client);
    }
  }

  /** The names of the given options that ask for HTTP. */
  List<String> httpOptions() {
    return front.given();
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
