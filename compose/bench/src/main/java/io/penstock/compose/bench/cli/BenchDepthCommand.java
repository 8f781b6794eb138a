package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.depth.DepthBench;
import io.penstock.compose.bench.depth.DepthSettings;
import io.penstock.compose.cli.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench depth}. */
@Command(
    name = "depth",
    description = {
      "What a backlog costs: lease latency, ingest rate, memory and restart by requests waiting.",
      "",
      "JSON: lease_p50_ms, lease_p99_ms, ingest_per_s, heap_bytes_per_request, restart_s and"
          + " restart_folder_lost_s by depth; drain_per_s, idle_cpu_percent."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench depth --depths 1000,100000",
      "  PENSTOCK_JAVA_OPTS=-Xmx3g penstock bench depth --million"
    })
final class BenchDepthCommand extends BenchmarkCommand {

  private static final int MILLION = 1_000_000;

  @Option(
      names = "--depths",
      paramLabel = "N",
      split = ",",
      description = "Requests waiting (default: ${DEFAULT-VALUE}).")
  List<Integer> depths = List.of(1_000, 100_000);

  @Option(
      names = "--million",
      description = "A million too; takes many minutes, and a heap of 2 GB.")
  boolean million;

  @Mixin final SecondsOption measured = new SecondsOption(15);

  @Mixin final SleepingWorkerOptions worker = new SleepingWorkerOptions(16, "40ms");

  @Mixin final WarmUpOption warmUp = new WarmUpOption(90);

  @Option(
      names = "--idle-seconds",
      paramLabel = "N",
      description =
          "How long idle CPU is measured, after six times as long; 0: not (default:"
              + " ${DEFAULT-VALUE}).")
  int idleSeconds = 10;

  BenchDepthCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new DepthBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of(
        "--depths", "1000,5000", "--seconds", "4", "--warm-up", "5", "--idle-seconds", "3");
  }

  /** Returns what the options say. */
  DepthSettings settings() {
    List<Integer> all = new ArrayList<>(depths);
    if (million) {
      all.add(MILLION);
    }
    return valid(
        () ->
            new DepthSettings(
                all,
                measured.time(),
                worker.work(),
                warmUp.time(),
                Duration.ofSeconds(idleSeconds),
                8));
  }
}
