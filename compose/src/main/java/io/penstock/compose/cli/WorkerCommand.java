package io.penstock.compose.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "worker", description = "worker")
final class WorkerCommand implements Callable<Integer> {

  WorkerCommand(Environment environment) {}

  @Override
  public Integer call() {
    return 0;
  }
}
