package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.overhead.OverheadBench;
import io.penstock.compose.bench.overhead.OverheadSettings;
import io.penstock.compose.cli.Environment;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench overhead}. */
@Command(
    name = "overhead",
    description = {
      "What Penstock adds to a request, beside as many plain Kafka hops.",
      "",
      "Runs everything in a temporary folder, with an engine that takes no time. JSON:"
          + " lease_p50_ms, lease_p99_ms, start_..., result_p50_ms, result_p99_ms at headline_rate,"
          + " the same by rate under rates, noop_per_s; plain_... of plain Kafka and ..._ratio"
          + " beside each."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench overhead --rates 200 --seconds 30 --repeats 5",
      "  penstock bench overhead --guarantee at_least_once --json | tail -1 | jq .lease_p99_ms"
    })
final class BenchOverheadCommand extends BenchmarkCommand {

  /** What dispatch promises. */
  enum Guarantee {
    EXACTLY_ONCE,
    AT_LEAST_ONCE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--rates",
      paramLabel = "R",
      split = ",",
      description = "Requests per second to measure latency at (default: ${DEFAULT-VALUE}).")
  List<Double> rates = List.of(50.0, 200.0, 1000.0);

  @Mixin final SecondsOption measured = new SecondsOption(8);

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "Rounds at each rate (default: ${DEFAULT-VALUE}).")
  int repeats = 3;

  @Mixin final WarmUpOption warmUp = new WarmUpOption(75);

  @Option(
      names = "--guarantee",
      paramLabel = "KIND",
      description =
          "The guarantee of score and dispatch: exactly_once or at_least_once (default:"
              + " ${DEFAULT-VALUE}).")
  Guarantee guarantee = Guarantee.EXACTLY_ONCE;

  @Mixin final ClosedLoopOptions closedLoop = new ClosedLoopOptions(15, 1024);

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers in the closed loop (default: ${DEFAULT-VALUE}).")
  int workers = 4;

  @Mixin final SlotsOption worker = new SlotsOption(256);

  BenchOverheadCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new OverheadBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of(
        "--rates",
        "200",
        "--seconds",
        "3",
        "--repeats",
        "1",
        "--warm-up",
        "5",
        "--throughput-seconds",
        "3");
  }

  /** Returns what the options say. */
  OverheadSettings settings() {
    return valid(
        () ->
            new OverheadSettings(
                rates,
                measured.time(),
                repeats,
                warmUp.time(),
                guarantee == Guarantee.EXACTLY_ONCE,
                closedLoop.time(),
                closedLoop.inFlight,
                workers,
                worker.slots));
  }
}
