package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchReport;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.ReportWriter;
import io.penstock.compose.cli.CliException;
import io.penstock.compose.cli.Console;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.LogLevels;
import io.penstock.compose.cli.OutputOptions;
import io.penstock.compose.cli.Progress;
import io.penstock.compose.cli.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The base of all benchmark commands: their common options, and the output of reports. */
abstract class BenchmarkCommand implements Callable<Integer> {

  static final long DEFAULT_SEED = 1;
  static final Path DEFAULT_OUT = Path.of("bench-results");
  private static final long STEPS = 1000;

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The seed of everything random (default: ${DEFAULT-VALUE}).")
  long seed = DEFAULT_SEED;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where CSV, JSON and charts are written (default: ${DEFAULT-VALUE}).")
  Path out = DEFAULT_OUT;

  @Option(
      names = "--charts",
      description = "Draw charts into --out too, as SVG, and show them in its Markdown.")
  boolean charts;

  @Mixin final OutputOptions output = new OutputOptions();

  private final Environment environment;

  BenchmarkCommand(Environment environment) {
    this.environment = environment;
  }

  final Environment environment() {
    return environment;
  }

  /** The benchmark as the options say; wrong ones are a {@link CliException} of usage. */
  abstract Bench bench();

  /** Options that make it short, to see that it works, for {@code bench all --quick}. */
  List<String> quick() {
    return List.of();
  }

  /**
   * Options that make it read real data, for {@code bench all --data}.
   *
   * @param data the folder that has it; null if there is none
   * @return empty if it cannot run without
   */
  Optional<List<String>> reading(@Nullable Path data) {
    return Optional.of(List.of());
  }

  /** The same for one that can read this trace, and makes one up without. */
  static Optional<List<String>> readingTrace(@Nullable Path data, String file) {
    return Optional.of(
        data == null
            ? List.of()
            : List.of("--trace", data.resolve("traces").resolve(file).toString()));
  }

  /** Settings whose own rules say what is wrong with the options. */
  static <T> T valid(Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--" + e.getMessage());
    }
  }

  @Override
  public final Integer call() throws Exception {
    LogLevels.forDemo(output.verbose);
    Bench bench = bench();
    Console console = environment.console();
    BenchReport report;
    try (Progress progress = new Progress(console, spec.name(), STEPS)) {
      report =
          BenchReport.of(spec.name(), repeat(), seed, bench, environment.clock(), shown(progress));
    }
    print(report);
    List<Path> files = new ReportWriter(out, charts).write(report);
    console.print(
        "Written: " + files.stream().map(Path::toString).collect(Collectors.joining(" ")));
    if (output.json) {
      console.print(report.toJson());
    }
    return report.findings().trustworthy() ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static BenchProgress shown(Progress progress) {
    return (phase, fraction) -> {
      progress.phase(phase);
      progress.at((long) (STEPS * Math.clamp(fraction, 0, 1)));
    };
  }

  /** The command as it was given, with the seed. */
  private String repeat() {
    List<String> given = spec.root().commandLine().getParseResult().originalArgs();
    boolean seeded =
        given.stream().anyMatch(each -> each.equals("--seed") || each.startsWith("--seed="));
    return withoutOut(spec.root().commandLine()) + (seeded ? "" : " --seed " + seed);
  }

  /** The command as it was given but for --out and --charts, which change no figure. */
  static String withoutOut(CommandLine root) {
    List<String> kept = new ArrayList<>();
    Iterator<String> given = root.getParseResult().originalArgs().iterator();
    while (given.hasNext()) {
      String each = given.next();
      if (each.equals("--out")) {
        given.next();
      } else if (!each.startsWith("--out=") && !each.equals("--charts")) {
        kept.add(quoted(each));
      }
    }
    return "./penstock " + String.join(" ", kept);
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private void print(BenchReport report) {
    Console console = environment.console();
    for (BenchTable table : report.findings().tables()) {
      Table text = new Table(table.columns().toArray(String[]::new));
      table.text().forEach(row -> text.row(row.toArray()));
      text.print(console);
      console.print("");
    }
    report.findings().notes().forEach(note -> console.print("Note: " + note));
    console.print("Run: " + report.circumstances().text());
    console.print("Seed %d. Repeat with: %s".formatted(report.seed(), report.command()));
  }
}
