package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.flood.FloodBench;
import io.penstock.compose.bench.flood.FloodSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.streams.dispatch.shard.SlotReserve;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin final SecondsOption measured = new SecondsOption(30);

  @Mixin final SleepingWorkerOptions worker = new SleepingWorkerOptions(32, "100ms");

  @Option(
      names = "--reserve",
      paramLabel = "SHARE",
      description =
          "The share of slots that batch leaves to others, 0 for none (default: ${DEFAULT-VALUE}).")
  double reserve = SlotReserve.DEFAULT.share();

  @Mixin final WarmUpOption warmUp = new WarmUpOption(90);

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

  /** Returns what the options say. */
  FloodSettings settings() {
    return valid(
        () -> new FloodSettings(batch, measured.time(), worker.work(), reserve, warmUp.time()));
  }
}
