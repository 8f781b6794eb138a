package io.penstock.compose.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "demo", description = "demo")
final class DemoCommand implements Callable<Integer> {

  DemoCommand(Environment environment) {}

  @Override
  public Integer call() {
    return 0;
  }
}
