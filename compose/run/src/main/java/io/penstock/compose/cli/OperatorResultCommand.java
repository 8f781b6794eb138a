package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;

/**
 * A command of operators that finds or changes something and shows it. What it shows is the same
 * whichever way it went.
 *
 * @param <R> what it shows
 */
abstract class OperatorResultCommand<R> extends OperatorCommand {

  OperatorResultCommand(Environment environment) {
    super(environment);
  }

  /** Finds or changes it by Kafka. */
  abstract R ask(Cluster cluster) throws Exception;

  /** Finds or changes it over HTTP. */
  abstract R ask(FrontClient client) throws Exception;

  /** Prints it and returns the exit code. */
  abstract int show(R result) throws Exception;

  @Override
  final int run(Cluster cluster) throws Exception {
    return show(ask(cluster));
  }

  @Override
  final int run(FrontClient client) throws Exception {
    return show(ask(client));
  }
}
