package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that calls the HTTP front. */
abstract class FrontCommand implements Callable<Integer> {

  final Environment environment;

  @Mixin final FrontOptions front = new FrontOptions();
  @Mixin final OutputOptions output = new OutputOptions();

  FrontCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public final Integer call() throws Exception {
    LogLevels.forClient(output.verbose);
    validate();
    try (FrontClient client = front.client(environment)) {
      return run(client);
    }
  }

  /** Refuses contradictory options before a call is made. */
  void validate() {}

  /** Does the work and returns the exit code. */
  abstract int run(FrontClient client) throws Exception;

  final Console console() {
    return environment.console();
  }
}
