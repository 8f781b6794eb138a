package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.front.FrontBench;
import io.penstock.compose.bench.front.FrontSettings;
import io.penstock.compose.cli.Environment;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench front}. */
@Command(
    name = "front",
    description = {
      "What the HTTP front adds to a call, beside the same engine called directly.",
      "",
      "Runs everything in a temporary folder, with an engine that answers at once over HTTP. JSON:"
          + " wait_p50_ms, wait_p99_ms, first_token_..., last_token_... at headline_rate, the same"
          + " by rate under rates; direct_... of the engine and added_... beside each; linger:"
          + " streams whose chunks wait for others; take_over_s: from kill -9 of an instance until"
          + " another answers for its ids."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench front --rates 50 --seconds 20 --kills 0",
      "  penstock bench front --json | tail -1 | jq .added_first_token_p50_ms"
    })
final class BenchFrontCommand extends BenchmarkCommand {

  @Option(
      names = "--rates",
      paramLabel = "R",
      split = ",",
      description = "Calls per second to measure latency at (default: ${DEFAULT-VALUE}).")
  List<Double> rates = List.of(1.0, 50.0, 200.0);

  @Mixin final SecondsOption measured = new SecondsOption(10);

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "Rounds at each rate (default: ${DEFAULT-VALUE}).")
  int repeats = 3;

  @Mixin final WarmUpOption warmUp = new WarmUpOption(60);

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Chunks of a streamed answer (default: ${DEFAULT-VALUE}).")
  int tokens = 20;

  @Option(
      names = "--gap-millis",
      paramLabel = "N",
      description = "Time between two chunks (default: ${DEFAULT-VALUE}).")
  int gapMillis = 5;

  @Option(
      names = "--linger-millis",
      paramLabel = "N",
      description = "How long chunks wait where they wait for others (default: ${DEFAULT-VALUE}).")
  int lingerMillis = 5;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "How often an instance is killed (default: ${DEFAULT-VALUE}).")
  int kills = 3;

  BenchFrontCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new FrontBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of(
        "--rates", "20", "--seconds", "2", "--repeats", "1", "--warm-up", "3", "--kills", "1");
  }

  /** What the options say. */
  FrontSettings settings() {
    return valid(
        () ->
            new FrontSettings(
                rates,
                measured.time(),
                repeats,
                warmUp.time(),
                tokens,
                Duration.ofMillis(gapMillis),
                Duration.ofMillis(lingerMillis),
                kills));
  }
}
