package io.penstock.compose.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "up", description = "up")
final class UpCommand implements Callable<Integer> {

  UpCommand(Environment environment) {}

  @Override
  public Integer call() {
    return 0;
  }
}
