package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.sim.ClassMix;
import io.penstock.compose.bench.sim.FleetBench;
import io.penstock.compose.bench.sim.FleetBenchSettings;
import io.penstock.compose.bench.sim.Outage;
import io.penstock.compose.cli.CliException;
import io.penstock.compose.cli.TimeText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about a simulated fleet and what comes to it. */
final class FleetOptions {

  private static final int DEFAULT_REPEATS = 3;

  /** The options for where a comparison runs. */
  enum Mode {
    SIM,
    REAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "A recorded trace: CSV (timestamp_ms, input_tokens, output_tokens, tenant, type) or"
              + " Mooncake's JSON lines. Default: ten minutes made up from the seed, which"
              + " resemble the Azure LLM inference trace of 2023.")
  @Nullable List<Path> traces;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers (default: ${DEFAULT-VALUE}).")
  int workers = 8;

  @Option(
      names = "--profile",
      paramLabel = "P",
      description = "What each worker behaves like (default: ${DEFAULT-VALUE}).")
  String profile = "llama3.1-8b_a100tp2";

  @Option(
      names = "--load",
      paramLabel = "X",
      description = "How many times faster requests come (default: ${DEFAULT-VALUE}).")
  double load = 3;

  @Option(
      names = "--slow-share",
      paramLabel = "F",
      description = "The part of the workers that takes twice as long (default: ${DEFAULT-VALUE}).")
  double slowShare;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "sim: on a virtual clock; real, of 'bench fleet' only: through Kafka and the real jobs,"
              + " beside sim (default: ${DEFAULT-VALUE}).")
  Mode mode = Mode.SIM;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      description =
          "The delay of a record between worker and dispatch, each way (default:"
              + " ${DEFAULT-VALUE}).")
  String delay = "5ms";

  @Option(
      names = "--fail-count",
      paramLabel = "N",
      description =
          "Workers that die in the simulation, with all they hold (default: ${DEFAULT-VALUE}).")
  int failCount;

  @Option(
      names = "--fail-at",
      paramLabel = "TIME",
      description =
          "When --fail-count workers die (default: ${DEFAULT-VALUE} after the first arrival).")
  String failAt = "60s";

  @Option(
      names = "--start-up",
      paramLabel = "TIME",
      description = "How long a dead worker takes to come back (default: ${DEFAULT-VALUE}).")
  String startUp = "60s";

  @Option(
      names = "--repeat",
      paramLabel = "R",
      description = "Repeats, each with the next seed (default: 3; --mode real makes one).")
  @Nullable Integer repeats;

  @Option(
      names = "--policies",
      paramLabel = "NAME",
      split = ",",
      description = "Only these policies.")
  @Nullable List<String> policies;

  /**
   * Returns what the options say.
   *
   * @param defaultPolicies where none are named; empty: all there are
   */
  FleetBenchSettings settings(ClassMix mix, List<String> defaultPolicies, long seed) {
    return settings(trace(), mix, defaultPolicies, seed);
  }

  /** The same for this trace, whatever the options say of it. */
  FleetBenchSettings settings(
      @Nullable Path trace, ClassMix mix, List<String> defaultPolicies, long seed) {
    if (mode == Mode.REAL) {
      throw CliException.usage("--mode real is for 'bench fleet' only; use --mode sim");
    }
    int times = repeats == null ? DEFAULT_REPEATS : repeats;
    Outage outage =
        BenchmarkCommand.valid(
            () ->
                new Outage(
                    TimeText.duration("--fail-at", failAt),
                    failCount,
                    TimeText.duration("--start-up", startUp)));
    List<String> names = policies == null ? defaultPolicies : policies;
    FleetBenchSettings settings = settings(trace, mix, names, times, seed);
    return BenchmarkCommand.valid(() -> settings.withOutage(outage));
  }

  /** Returns what they say of one run of the one policy that exists for real. */
  FleetBenchSettings realSettings(ClassMix mix, long seed) {
    if (policies != null && !policies.equals(List.of(FleetBench.PENSTOCK))) {
      throw CliException.usage(
          "--policies is %s; with --mode real there is only %s, the others are simulated"
              .formatted(String.join(",", policies), FleetBench.PENSTOCK));
    }
    if (repeats != null && repeats != 1) {
      throw CliException.usage(
          "--repeat is %d; --mode real makes one run, give another --seed for another"
              .formatted(repeats));
    }
    return settings(trace(), mix, List.of(FleetBench.PENSTOCK), 1, seed);
  }

  private @Nullable Path trace() {
    if (traces != null && traces.size() > 1) {
      throw CliException.usage(
          "--trace is given %d times; only --sweep takes several".formatted(traces.size()));
    }
    return traces == null ? null : traces.getFirst();
  }

  private FleetBenchSettings settings(
      @Nullable Path trace, ClassMix mix, List<String> names, int times, long seed) {
    Duration each = TimeText.duration("--delay", delay);
    return BenchmarkCommand.valid(
        () ->
            new FleetBenchSettings(
                trace, mix, profile, workers, slowShare, load, each, names, times, seed));
  }
}
