package io.penstock.compose.demo;

import io.penstock.compose.cli.CommandModule;
import io.penstock.compose.cli.Environment;
import java.util.List;
import picocli.CommandLine;

/** Adds {@code penstock demo}. */
public final class DemoCommands implements CommandModule {

  @Override
  public List<Addition> commands(Environment environment) {
    return List.of(new Addition(new CommandLine(new DemoCommand(environment)), "up"));
  }
}
