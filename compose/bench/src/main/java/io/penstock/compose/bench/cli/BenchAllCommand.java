package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.SourceTree;
import io.penstock.compose.bench.report.BenchOutcome;
import io.penstock.compose.bench.report.BenchRunner;
import io.penstock.compose.bench.report.ReportFolder;
import io.penstock.compose.cli.CliException;
import io.penstock.compose.cli.Console;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.LogLevels;
import io.penstock.compose.cli.OutputOptions;
import io.penstock.compose.cli.PenstockCli;
import io.penstock.compose.cli.Progress;
import io.penstock.compose.cli.RecordJson;
import io.penstock.compose.cli.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code penstock bench all}: every benchmark beside it in the group, and the report page. */
@Command(
    name = "all",
    description = {
      "Run every benchmark with its defaults, and write one page of what they found.",
      "",
      "Each runs in a process of its own. One that fails is reported as failed, and the others go"
          + " on. With --only the page keeps the earlier results of the others. Exits 0 only if"
          + " each that ran measured what it set out to. JSON: page, benches{NAME: measured,"
          + " not_trustworthy or failed}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench all",
      "  penstock bench all --only overhead,peers",
      "  penstock bench all --quick --out try-out"
    })
final class BenchAllCommand implements Callable<Integer> {

  private static final int STEPS = 1000;
  private static final Duration LIMIT = Duration.ofMinutes(30);

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Only these benchmarks (default: all of them).")
  @Nullable List<String> only;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder with traces/ and routing/, as compose/docs/benchmarks.md describes it, for the"
              + " benchmarks that read such data; without it they generate theirs, or are left"
              + " out.")
  @Nullable Path data;

  @Option(
      names = "--quick",
      description = "Short rounds, to see that all works; not figures to quote.")
  boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The seed of everything random (default: ${DEFAULT-VALUE}).")
  long seed = BenchmarkCommand.DEFAULT_SEED;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where the page, CSV, JSON and charts are written (default: compose/bench/results of the"
              + " checkout, else bench-results).")
  @Nullable Path out;

  @Mixin final OutputOptions output = new OutputOptions();

  private final Environment environment;

  BenchAllCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    LogLevels.forDemo(output.verbose);
    Map<String, BenchmarkCommand> all = benchmarks();
    List<String> names = chosen(all.keySet().stream().toList());
    ReportFolder folder = new ReportFolder(folder());
    Map<String, BenchOutcome> outcomes = run(names, all, folder);
    Map<String, String> titles = new LinkedHashMap<>();
    all.forEach((name, benchmark) -> titles.put(name, title(benchmark)));
    Path page =
        folder.write(BenchmarkCommand.withoutOut(spec.root().commandLine()), titles, outcomes);
    return report(page, outcomes);
  }

  /** Returns what stands beside this command in its group, in the group's order. */
  private Map<String, BenchmarkCommand> benchmarks() {
    Map<String, BenchmarkCommand> found = new LinkedHashMap<>();
    for (CommandLine each : spec.parent().subcommands().values()) {
      if (each.getCommand() instanceof BenchmarkCommand benchmark) {
        found.put(each.getCommandName(), benchmark);
      }
    }
    return found;
  }

  /** The names asked for, in the order in which they run. */
  private List<String> chosen(List<String> names) {
    if (only == null) {
      return names;
    }
    only.stream()
        .filter(each -> !names.contains(each))
        .findFirst()
        .ifPresent(
            unknown -> {
              throw CliException.usage(
                  "--only: there is no benchmark '%s'; there are %s"
                      .formatted(unknown, String.join(", ", names)));
            });
    return names.stream().filter(only::contains).toList();
  }

  private Path folder() {
    if (out != null) {
      return out;
    }
    return SourceTree.bench()
        .map(bench -> bench.resolve("results"))
        .orElse(BenchmarkCommand.DEFAULT_OUT);
  }

  private Map<String, BenchOutcome> run(
      List<String> names, Map<String, BenchmarkCommand> all, ReportFolder folder) throws Exception {
    BenchRunner runner = new BenchRunner(PenstockCli.class.getName(), LIMIT);
    Map<String, BenchOutcome> outcomes = new LinkedHashMap<>();
    try (Progress bar = new Progress(environment.console(), "all", (long) STEPS * names.size())) {
      for (String name : names) {
        long before = (long) STEPS * outcomes.size();
        BenchProgress progress =
            (phase, share) -> {
              if (!phase.isEmpty()) {
                bar.phase(name + ": " + phase);
              }
              bar.at(before + (long) (STEPS * Math.clamp(share, 0, 1)));
            };
        outcomes.put(name, outcome(runner, all.get(name), name, folder, progress));
        bar.at(before + STEPS);
      }
    }
    return outcomes;
  }

  private BenchOutcome outcome(
      BenchRunner runner,
      BenchmarkCommand benchmark,
      String name,
      ReportFolder folder,
      BenchProgress progress)
      throws Exception {
    Optional<List<String>> reading = benchmark.reading(data);
    return reading.isPresent()
        ? runner.run(name, arguments(benchmark, reading.get(), folder), folder, progress)
        : new BenchOutcome.NotRun();
  }

  private List<String> arguments(
      BenchmarkCommand benchmark, List<String> reading, ReportFolder folder) {
    List<String> arguments = new ArrayList<>(quick ? benchmark.quick() : List.of());
    arguments.addAll(reading);
    arguments.addAll(List.of("--seed", Long.toString(seed), "--out", folder.path().toString()));
    return arguments;
  }

  /** The first sentence of its help. */
  private static String title(BenchmarkCommand benchmark) {
    return benchmark.spec.usageMessage().description()[0];
  }

  private int report(Path page, Map<String, BenchOutcome> outcomes) {
    Console console = environment.console();
    Table table = new Table("BENCHMARK", "STATE", "TOOK");
    var json = RecordJson.MAPPER.createObjectNode().put("page", page.toString());
    var states = json.putObject("benches");
    outcomes.forEach(
        (name, outcome) -> {
          String state = state(outcome);
          states.put(name, state);
          table.row(
              name,
              state,
              outcome instanceof BenchOutcome.Measured measured
                  ? "%.0f s".formatted(measured.seconds())
                  : "-");
          if (outcome instanceof BenchOutcome.Failed(String reason)) {
            console.error("%s failed: %s".formatted(name, reason));
          }
        });
    table.print(console);
    console.print("Written: " + page);
    if (output.json) {
      console.print(json);
    }
    boolean good =
        outcomes.values().stream()
            .allMatch(
                each -> each instanceof BenchOutcome.NotRun || state(each).equals("measured"));
    return good ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static String state(BenchOutcome outcome) {
    return switch (outcome) {
      case BenchOutcome.Measured measured ->
          measured.trustworthy() ? "measured" : "not_trustworthy";
      case BenchOutcome.Failed _ -> "failed";
      case BenchOutcome.NotRun _ -> "not_run";
    };
  }
}
