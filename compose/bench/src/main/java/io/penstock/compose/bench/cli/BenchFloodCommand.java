package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.flood.FloodBench;
import io.penstock.compose.bench.flood.FloodSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.TimeText;
import io.penstock.streams.dispatch.shard.SlotReserve;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock bench flood}. */
@Command(
    name = "flood",
    description = {
      "How long an interactive request waits while a flood of batch requests comes in.",
      "",
      "JSON: alone_lease_p50_ms, alone_lease_p99_ms, flood_lease_p50_ms, flood_lease_p99_ms,"
          + " flood_sending_... and flood_afterwards_..., which are parts of the flood, the same of"
          + " results, lease_p99_ratio, batch_sent, batch_waiting."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench flood --batch 200000 --rate 50",
      "  penstock bench flood --reserve 0"
    })
final class BenchFloodCommand extends BenchmarkCommand {

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Batch requests in the flood (default: ${DEFAULT-VALUE}).")
  int batch = 200_000;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long latency is measured each time (default: ${DEFAULT-VALUE}).")
  int seconds = 30;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Interactive requests per second (default: ${DEFAULT-VALUE}).")
  double rate = 50;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "The worker's slots (default: ${DEFAULT-VALUE}).")
  int slots = 32;

  @Option(
      names = "--job",
      paramLabel = "TIME",
      description = "How long its engine sleeps for a request (default: ${DEFAULT-VALUE}).")
  String job = "100ms";

  @Option(
      names = "--reserve",
      paramLabel = "SHARE",
      description =
          "The share of slots that batch leaves to others, 0 for none (default: ${DEFAULT-VALUE}).")
  double reserve = SlotReserve.DEFAULT.share();

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Load before anything counts (default: ${DEFAULT-VALUE}).")
  int warmUp = 90;

  BenchFloodCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new FloodBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of("--batch", "20000", "--seconds", "4", "--warm-up", "5");
  }

  /** What the options say. */
  FloodSettings settings() {
    return valid(
        () ->
            new FloodSettings(
                batch,
                Duration.ofSeconds(seconds),
                rate,
                slots,
                TimeText.duration("--job", job),
                reserve,
                Duration.ofSeconds(warmUp)));
  }
}
