package io.penstock.compose.cli;

import java.util.List;
import picocli.CommandLine;

/**
 * The commands that another module adds to {@code penstock}. A module names its implementation in
 * {@code META-INF/services}; the command line then finds it without knowing the module.
 */
public interface CommandModule {

  /** The module's commands, with their subcommands. */
  List<Addition> commands(Environment environment);

  /**
   * A command and its place in the help.
   *
   * @param after the name of the command behind which the help lists it
   */
  record Addition(CommandLine command, String after) {}
}
