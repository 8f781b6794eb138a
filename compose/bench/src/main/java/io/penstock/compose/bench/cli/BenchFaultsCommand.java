package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.faults.FaultPlanReport;
import io.penstock.compose.bench.faults.FaultsBench;
import io.penstock.compose.bench.faults.FaultsSettings;
import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.LogLevels;
import io.penstock.compose.cli.TimeText;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock bench faults}. */
@Command(
    name = "faults",
    description = {
      "Break real processes under load, as a seed says, and count whether every accepted request"
          + " has exactly one result.",
      "",
      "Brokers, the registry, score, two dispatch processes, control, two fronts and workers run in"
          + " processes of their own on this machine. They are killed, paused, cut off from Kafka,"
          + " given wrong clocks and full disks, one at a time. A steady load is written to Kafka"
          + " and called over HTTP. Exits 0 only if no invariant was violated. JSON: accepted,"
          + " results, lost, duplicates, reexecuted, longest_gap_s by class, faults with at_s,"
          + " kind, target, length_s, ready_s, gap_s, in_flight, leased_again_s; in_flight,"
          + " released, unsure, statuses, front, kinds, skipped, not_reached,"
          + " ended_by_themselves and invariants."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench faults --seed 7 --minutes 10",
      "  penstock bench faults --seed 7 --minutes 10 --plan",
      "  penstock bench faults --faults kafka-away-400s --minutes 12"
    })
final class BenchFaultsCommand extends BenchmarkCommand {

  private static final double MILLIS_PER_MINUTE = 60_000;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long the load lasts (default: ${DEFAULT-VALUE}).")
  double minutes = 10;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests per second written to Kafka (default: ${DEFAULT-VALUE}).")
  double rate = 36;

  @Option(
      names = "--brokers",
      paramLabel = "N",
      description = "1 or 3; with 1, none of them is broken alone (default: ${DEFAULT-VALUE}).")
  int brokers = 3;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers, 2 to 8 (default: ${DEFAULT-VALUE}).")
  int workers = 2;

  @Option(
      names = "--faults",
      paramLabel = "KIND",
      split = ",",
      description = "Only these kinds of faults; see docs/faults.md (default: all of them).")
  @Nullable List<String> faults;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      description =
          "How long everything may take to be answered after the load (default: ${DEFAULT-VALUE}).")
  String patience = "3m";

  @Option(names = "--plan", description = "Print the faults of this seed and run nothing.")
  boolean planOnly;

  BenchFaultsCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    FaultsSettings settings = valid(this::settings);
    if (planOnly) {
      return new FaultPlanReport(settings);
    }
    // What the clients log of faults that are made on purpose tells nobody anything.
    LogLevels.forClient(output.verbose);
    return new FaultsBench(settings);
  }

  @Override
  List<String> quick() {
    return List.of("--minutes", "1", "--brokers", "1", "--faults", "kill-worker,kill-front");
  }

  private FaultsSettings settings() {
    return new FaultsSettings(
        seed,
        Duration.ofMillis(Math.round(minutes * MILLIS_PER_MINUTE)),
        new FaultsLayout(brokers, workers),
        rate,
        types(),
        faults != null,
        TimeText.duration("--patience", patience));
  }

  private List<FaultType> types() {
    return faults == null
        ? Arrays.asList(FaultType.values())
        : faults.stream()
            .map(
                label ->
                    FaultType.of(label)
                        .orElseThrow(
                            () ->
                                new IllegalArgumentException(
                                    "faults: there is no kind '%s'; there are %s"
                                        .formatted(label, FaultType.labels()))))
            .toList();
  }
}
