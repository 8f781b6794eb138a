package io.penstock.compose.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does nothing itself: its subcommands do. */
abstract class GroupCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public final void run() {
    throw new ParameterException(
        spec.commandLine(),
        "name one of: " + spec.subcommands().keySet().stream().collect(Collectors.joining(", ")));
  }
}
