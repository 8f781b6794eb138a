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
      System.exit(run(Environment.ofProcess(), arguments));
    } catch (Error e) {
      // Kafka's threads would keep a broken process alive.
      e.printStackTrace();
      System.exit(ExitCodes.FAILURE);
    }
  }

  /** Runs a command and returns its exit code. */
  static int run(Environment environment, String... arguments) {
    return commandLine(environment).execute(arguments);
  }

  /** All commands. */
  static CommandLine commandLine(Environment environment) {
    CommandLine models =
        new CommandLine(new ModelsCommand())
            .addSubcommand(new ModelsCommand.ListModels(environment))
            .addSubcommand(new ModelsCommand.Apply(environment))
            .addSubcommand(new ModelsCommand.Remove(environment))
            .addSubcommand(new ModelHistoryCommand(environment))
            .addSubcommand(new ModelHistoryCommand.Rollback(environment))
            .addSubcommand(new ModelHealthCommand(environment));
    CommandLine routing =
        new CommandLine(new RoutingCommand())
            .addSubcommand(new RoutingCommand.ListEntries(environment))
            .addSubcommand(new RoutingCommand.Apply(environment))
            .addSubcommand(new RoutingCommand.Remove(environment));
    CommandLine rollout =
        new CommandLine(new RolloutCommand())
            .addSubcommand(new RolloutStartCommand(environment))
            .addSubcommand(new RolloutCommand.Status(environment))
            .addSubcommand(new RolloutCommand.ListRollouts(environment))
            .addSubcommand(new RolloutCommand.Pause(environment))
            .addSubcommand(new RolloutCommand.Resume(environment))
            .addSubcommand(new RolloutCommand.Force(environment))
            .addSubcommand(new RolloutCommand.Rollback(environment));
    CommandLine experiment =
        new CommandLine(new ExperimentCommand())
            .addSubcommand(new ExperimentCommand.Start(environment))
            .addSubcommand(new ExperimentCommand.ListExperiments(environment))
            .addSubcommand(new ExperimentReportCommand(environment))
            .addSubcommand(new ExperimentCommand.Stop(environment))
            .addSubcommand(new ExperimentCommand.Promote(environment));
    CommandLine deadLetters =
        new CommandLine(new DeadLettersCommand())
            .addSubcommand(new DeadLettersCommand.ListLetters(environment))
            .addSubcommand(new DeadLettersCommand.Show(environment))
            .addSubcommand(new DeadLettersCommand.ReplayLetters(environment));
    // The order is that of 'bench all', which runs every benchmark in this list.
    CommandLine benchmarks =
        new CommandLine(new BenchCommand())
            .addSubcommand(new BenchOverheadCommand(environment))
            .addSubcommand(new BenchDepthCommand(environment))
            .addSubcommand(new BenchScalingCommand(environment))
            .addSubcommand(new BenchFailoverCommand(environment))
            .addSubcommand(new BenchFleetCommand(environment))
            .addSubcommand(new BenchClassesCommand(environment))
            .addSubcommand(new BenchFairnessCommand(environment))
            .addSubcommand(new BenchSelectionCommand(environment))
            .addSubcommand(new BenchFloodCommand(environment))
            .addSubcommand(new BenchPeersCommand(environment))
            .addSubcommand(new BenchAllCommand(environment));
    CommandLine complexity =
        new CommandLine(new ComplexityCommand())
            .addSubcommand(new ComplexityCommand.Train(environment))
            .addSubcommand(new ComplexityCommand.Explain(environment));
    CommandLine feedback =
        new CommandLine(new FeedbackCommand(environment))
            .addSubcommand(new FeedbackExportCommand(environment));
    CommandLine all =
        new CommandLine(new PenstockCli())
            .addSubcommand(new UpCommand(environment))
            .addSubcommand(new DemoCommand(environment))
            .addSubcommand(new SubmitCommand(environment))
            .addSubcommand(new StatusCommand(environment))
            .addSubcommand(new ResultsCommand(environment))
            .addSubcommand(new CancelCommand(environment))
            .addSubcommand(models)
            .addSubcommand(routing)
            .addSubcommand(rollout)
            .addSubcommand(experiment)
            .addSubcommand(new CostsCommand(environment))
            .addSubcommand(new BudgetsCommand(environment))
            .addSubcommand(complexity)
            .addSubcommand(feedback)
            .addSubcommand(new WorkersCommand(environment))
            .addSubcommand(new BacklogCommand(environment))
            .addSubcommand(deadLetters)
            .addSubcommand(new WorkerCommand(environment))
            .addSubcommand(benchmarks)
            .addSubcommand(new VersionCommand(environment))
            .addSubcommand(new CompletionCommand(environment));
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
