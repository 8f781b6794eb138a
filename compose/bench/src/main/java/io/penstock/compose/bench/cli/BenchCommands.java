package io.penstock.compose.bench.cli;

import io.penstock.compose.cli.CommandModule;
import io.penstock.compose.cli.Environment;
import java.util.List;
import picocli.CommandLine;

/** Adds {@code penstock bench} and {@code penstock complexity}. */
public final class BenchCommands implements CommandModule {

  @Override
  public List<Addition> commands(Environment environment) {
    CommandLine complexity =
        new CommandLine(new ComplexityCommand())
            .addSubcommand(new ComplexityCommand.Train(environment))
            .addSubcommand(new ComplexityCommand.Explain(environment));
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
            .addSubcommand(new BenchFrontCommand(environment))
            .addSubcommand(new BenchBatchesCommand(environment))
            .addSubcommand(new BenchSimulateFaultsCommand(environment))
            .addSubcommand(new BenchFaultsCommand(environment))
            .addSubcommand(new BenchPeersCommand(environment))
            .addSubcommand(new BenchAllCommand(environment));
    return List.of(new Addition(complexity, "budgets"), new Addition(benchmarks, "worker"));
  }
}
