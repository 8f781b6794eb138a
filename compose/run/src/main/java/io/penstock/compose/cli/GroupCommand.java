package io.penstock.compose.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does nothing itself: its subcommands do. */
public abstract class GroupCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public final void run() {
    List<String> names = List.copyOf(spec.subcommands().keySet());
    throw new ParameterException(
        spec.commandLine(),
        "name a command: %s or %s"
            .formatted(String.join(", ", names.subList(0, names.size() - 1)), names.getLast()));
  }
}
