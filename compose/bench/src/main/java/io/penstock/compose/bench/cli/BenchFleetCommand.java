package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.real.RealFleetBench;
import io.penstock.compose.bench.real.RealFleetSettings;
import io.penstock.compose.bench.real.TimeScale;
import io.penstock.compose.bench.sim.ClassMix;
import io.penstock.compose.bench.sim.FleetBench;
import io.penstock.compose.bench.sim.FleetBenchSettings;
import io.penstock.compose.bench.sim.FleetSweep;
import io.penstock.compose.bench.sim.FleetSweepSettings;
import io.penstock.compose.cli.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench fleet}. */
@Command(
    name = "fleet",
    description = {
      "Pulling against pushing: the share of requests served in time, by policy.",
      "",
      "Code and a random half of conversation are interactive (first token within 2 s), the rest is"
          + " batch (60 s). JSON: policies{NAME{interactive_slo, batch_slo, ttft_p50_ms,"
          + " ttft_p99_ms, goodput_per_s, utilisation}}.",
      "",
      "With --sweep: how much the rank's parameters matter, each halved and doubled, on the made-up"
          + " trace and every --trace. JSON: ranks{NAME{...}}, scenarios[{trace, load, slow_share,"
          + " NAME{interactive_slo, batch_slo}}].",
      "",
      "--mode real sends the first minutes of the same trace through embedded Kafka, the score and"
          + " dispatch jobs and workers with simulated engines, and puts the simulation of the same"
          + " requests beside it."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench fleet --slow-share 0.5",
      "  penstock bench fleet --trace azure2023_merged.csv --load 4.5 --policies"
          + " penstock,edf,clairvoyant",
      "  penstock bench fleet --sweep --trace data/traces --loads 2,3 --slow-shares 0,0.5",
      "  penstock bench fleet --mode real --minutes 3"
    })
final class BenchFleetCommand extends BenchmarkCommand {

  @Mixin final FleetOptions fleet = new FleetOptions();

  @Option(
      names = "--sweep",
      description =
          "Halve and double the rank's parameters instead of comparing policies. --trace may be"
              + " given several times and be a folder, which stands for its Azure and Mooncake"
              + " files; --load, --slow-share and --policies do not count.")
  boolean sweep;

  @Option(
      names = "--loads",
      paramLabel = "X",
      split = ",",
      description = "The loads of a sweep, like --load (default: 2,3,4.5).")
  List<Double> loads = List.of(2.0, 3.0, 4.5);

  @Option(
      names = "--slow-shares",
      paramLabel = "F",
      split = ",",
      description = "The shares of slow workers of a sweep, like --slow-share (default: 0,0.5).")
  List<Double> slowShares = List.of(0.0, 0.5);

  @Option(
      names = "--most-requests",
      paramLabel = "N",
      description =
          "How many requests a sweep takes from the beginning of each trace (default:"
              + " ${DEFAULT-VALUE}).")
  int mostRequests = 5000;

  @Option(
      names = "--speed-up",
      paramLabel = "F",
      description =
          "With --mode real: how many seconds of the trace and of the engines pass in a second;"
              + " the limits shrink as much (default: ${DEFAULT-VALUE}).")
  double speedUp = RealFleetSettings.DEFAULT_SPEED_UP;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "With --mode real: minutes of arrivals, at the load, that are sent (default:"
              + " ${DEFAULT-VALUE}).")
  double minutes = RealFleetSettings.DEFAULT_MINUTES;

  BenchFleetCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    if (sweep) {
      return sweeping();
    }
    return switch (fleet.mode) {
      case SIM -> simulated();
      case REAL -> real();
    };
  }

  private Bench sweeping() {
    List<Path> traces = fleet.traces == null ? List.of() : fleet.traces;
    return new FleetSweep(
        valid(
            () ->
                new FleetSweepSettings(
                    traces,
                    loads,
                    slowShares,
                    mostRequests,
                    fleet.settings(null, ClassMix.TWO_CLASSES, List.of(), seed))));
  }

  private Bench real() {
    FleetBenchSettings settings = fleet.realSettings(ClassMix.TWO_CLASSES, seed);
    return new RealFleetBench(
        valid(() -> new RealFleetSettings(settings, minutes, new TimeScale(speedUp))));
  }

  private Bench simulated() {
    return new FleetBench(fleet.settings(ClassMix.TWO_CLASSES, List.of(), seed));
  }

  @Override
  Optional<List<String>> reading(@Nullable Path data) {
    return readingTrace(data, "azure2023_merged.csv");
  }

  @Override
  List<String> quick() {
    return List.of("--repeat", "1", "--policies", "penstock,round_robin");
  }
}
