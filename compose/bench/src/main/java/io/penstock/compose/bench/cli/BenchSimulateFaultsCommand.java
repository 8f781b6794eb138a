package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.protocol.FaultKind;
import io.penstock.compose.bench.protocol.PlantedBug;
import io.penstock.compose.bench.protocol.ProtocolSettings;
import io.penstock.compose.bench.protocol.SimulateFaultsBench;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.LogLevels;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock bench simulate-faults}. */
@Command(
    name = "simulate-faults",
    description = {
      "Simulate the whole protocol under faults on one thread: dispatch, workers and the batches"
          + " of the HTTP front, by their production rules.",
      "",
      "One seed gives one history. Invariants are checked at every step; the first one that is"
          + " violated ends the run, which is then shrunk to fewer requests and kinds of faults."
          + " Exits 0 only if none was. JSON: requests, steps, faults{KIND}, accepted, attempts,"
          + " reexecuted, results, lost, duplicates, repetitions, transfers, batches, simulated_s,"
          + " seconds, requests_per_s, history, and violation and shrunk with invariant, what,"
          + " step, requests and command."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench simulate-faults --seed 7 --requests 1000000",
      "  penstock bench simulate-faults --faults crash-worker,repeat --requests 20000",
      "  penstock bench simulate-faults --plant fence-left-out"
    })
final class BenchSimulateFaultsCommand extends BenchmarkCommand {

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "Requests that arrive, those of batches included (default: ${DEFAULT-VALUE}).")
  int requests = 100_000;

  @Option(
      names = "--faults",
      paramLabel = "KIND",
      split = ",",
      description = "Only these kinds of faults, or 'none' (default: all of them).")
  @Nullable List<String> faults;

  @Option(
      names = "--plant",
      paramLabel = "BUG",
      description =
          "Have a bug on purpose, to see that it is found: fence-left-out, window-counted-twice,"
              + " transfer-repeated, checkpoint-before-data or lease-after-cancel.")
  @Nullable String planted;

  BenchSimulateFaultsCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    // What the parts log of faults that are made on purpose tells nobody anything.
    LogLevels.forClient(output.verbose);
    return new SimulateFaultsBench(valid(this::settings), environment().clock());
  }

  @Override
  List<String> quick() {
    return List.of("--requests", "5000");
  }

  private ProtocolSettings settings() {
    return new ProtocolSettings(seed, requests, kinds(), bug());
  }

  private Set<FaultKind> kinds() {
    if (faults == null) {
      return EnumSet.allOf(FaultKind.class);
    }
    Set<FaultKind> chosen = EnumSet.noneOf(FaultKind.class);
    for (String label : faults) {
      if (!label.equals("none")) {
        chosen.add(
            FaultKind.of(label)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "faults: there is no kind '%s'; there are %s"
                                .formatted(label, labels()))));
      }
    }
    return chosen;
  }

  private static String labels() {
    return Arrays.stream(FaultKind.values())
        .map(FaultKind::label)
        .collect(Collectors.joining(", "));
  }

  private @Nullable PlantedBug bug() {
    return planted == null
        ? null
        : PlantedBug.of(planted)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "plant: there is no bug '%s'; see --help".formatted(planted)));
  }
}
