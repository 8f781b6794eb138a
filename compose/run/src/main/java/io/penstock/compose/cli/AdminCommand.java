package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command of operators that only the HTTP front serves. */
abstract class AdminCommand implements Callable<Integer> {

  final Environment environment;

  @Mixin final AdminOptions admin = new AdminOptions();
  @Mixin final OutputOptions output = new OutputOptions();

  AdminCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public final Integer call() throws Exception {
    LogLevels.forClient(output.verbose);
    try (FrontClient client = admin.client(environment)) {
      return run(client);
    }
  }

  /** Does the work and returns the exit code. */
  abstract int run(FrontClient client) throws Exception;

  final Console console() {
    return environment.console();
  }
}
