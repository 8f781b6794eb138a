package io.penstock.compose.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code penstock COMMAND}. */
@Command(
    name = "penstock",
    description = {
      "An asynchronous inference broker on Kafka.",
      "",
      "'penstock up' runs everything on this machine, and the other commands then find it by"
          + " themselves. 'penstock demo' tries it out and leaves nothing behind."
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  penstock demo",
      "  penstock up",
      "  penstock submit --model all-minilm-l6-v2 --text 'The quick brown fox'",
      "",
      "'penstock COMMAND --help' shows a command's options."
    })
public final class PenstockCli implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @CommandLine.Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  boolean version;

  private PenstockCli() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String... arguments) {
    try {
      Thread.currentThread().setContextClassLoader(CommandModules.loader());
      System.exit(run(Environment.ofProcess(), arguments));
    } catch (Error e) {
      // Kafka's threads would keep a broken process alive.
      e.printStackTrace();
      System.exit(ExitCodes.FAILURE);
    }
  }

  /** Runs a command and returns its exit code. */
  public static int run(Environment environment, String... arguments) {
    return commandLine(environment).execute(arguments);
  }

  /** All commands. */
  public static CommandLine commandLine(Environment environment) {
    CommandLine all = new CommandLine(new PenstockCli());
    CommandModules.completed(Commands.of(environment), environment).forEach(all::addSubcommand);
    return dress(all, environment.console());
  }

  private static CommandLine dress(CommandLine all, Console console) {
    all.getCommandSpec().version("penstock " + VersionCommand.version());
    describeExitCodes(all);
    return all.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpWidth(Math.clamp(console.width(), 80, 120))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setParameterExceptionHandler((error, arguments) -> usageError(error, console))
        .setExecutionExceptionHandler((error, command, parsed) -> failure(error, command, console));
  }

  private static void describeExitCodes(CommandLine command) {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put(" 0", "success");
    codes.put(" 1", "failure");
    codes.put(" 2", "wrong usage");
    codes.put(" 3", "the cluster cannot be reached");
    codes.put("130", "interrupted by Ctrl-C (143 by SIGTERM)");
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(codes);
    command.getSubcommands().values().forEach(PenstockCli::describeExitCodes);
  }

  private static int usageError(ParameterException error, Console console) {
    console.error(error.getMessage());
    console.note("See '" + error.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return ExitCodes.USAGE;
  }

  private static int failure(Exception error, CommandLine command, Console console) {
    CliException explained = CliErrors.explain(error);
    console.error(explained.getMessage());
    if (verbose(command)) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      console.note(trace.toString());
    } else if (explained.exitCode() == ExitCodes.USAGE) {
      console.note("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return explained.exitCode();
  }

  private static boolean verbose(CommandLine command) {
    var option = command.getCommandSpec().findOption("--verbose");
    return option != null && Boolean.TRUE.equals(option.getValue());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
