package io.penstock.compose.cli;

import picocli.CommandLine.Option;

/** The options about what a command prints. */
public final class OutputOptions {

  @Option(names = "--json", description = "Print JSON, one value a line, with stable fields.")
  public boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log what happens, and show the whole of an error.")
  public boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;
}
