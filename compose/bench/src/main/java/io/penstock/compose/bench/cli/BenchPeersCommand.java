package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.peers.PeersBench;
import io.penstock.compose.bench.peers.PeersSettings;
import io.penstock.compose.bench.peers.PeersSettings.RedisFsync;
import io.penstock.compose.bench.peers.SystemName;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.TimeText;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench peers}. */
@Command(
    name = "peers",
    description = {
      "The same work through Penstock, BullMQ and Celery on Redis, and RabbitMQ.",
      "",
      "compose/bench/peers/setup.sh installs the others; one that is missing is reported as not"
          + " installed. Each gets a server of its own in a temporary folder. JSON:"
          + " systems{NAME{installed, noop_per_s, start_p50_ms, start_p99_ms, start_p50_ms_deep,"
          + " start_p99_ms_deep, urgent_ms, urgent_max_ms, lost, stuck, duplicated, run_again,"
          + " recovered_ms, ...}}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench peers --systems penstock,rabbitmq --repeats 5",
      "  penstock bench peers --depth 10000 --redis-fsync always"
    })
final class BenchPeersCommand extends BenchmarkCommand {

  @Option(
      names = "--systems",
      paramLabel = "NAME",
      split = ",",
      description = "The systems to measure, in this order (default: ${DEFAULT-VALUE}).")
  List<SystemName> systems = SystemName.ALL;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests per second to measure latency at (default: ${DEFAULT-VALUE}).")
  double rate = 200;

  @Mixin final SecondsOption measured = new SecondsOption(2);

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "Rounds of each kind (default: ${DEFAULT-VALUE}).")
  int repeats = 3;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "Batch requests in the deep queue (default: ${DEFAULT-VALUE}).")
  int depth = 100_000;

  @Option(
      names = "--batch-job",
      paramLabel = "TIME",
      description = "How long each of these runs (default: ${DEFAULT-VALUE}).")
  String batchJob = "500ms";

  @Mixin final SlotsOption worker = new SlotsOption(32);

  @Mixin final ClosedLoopOptions closedLoop = new ClosedLoopOptions(2, 512);

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description =
          "Load on Penstock before anything counts; 5 s of it at most on a peer (default:"
              + " ${DEFAULT-VALUE}).")
  int warmUp = 45;

  @Option(
      names = "--kill-rate",
      paramLabel = "R",
      description = "Requests per second while a worker is killed (default: ${DEFAULT-VALUE}).")
  double killRate = 50;

  @Option(
      names = "--kill-job",
      paramLabel = "TIME",
      description = "How long each of these runs (default: ${DEFAULT-VALUE}).")
  String killJob = "500ms";

  @Option(
      names = "--kill-seconds",
      paramLabel = "N",
      description = "How long requests come while a worker is killed (default: ${DEFAULT-VALUE}).")
  int killSeconds = 6;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "How long after that a result is waited for before it counts as stuck or lost (default:"
              + " ${DEFAULT-VALUE}).")
  int patience = 15;

  @Option(
      names = "--redis-fsync",
      paramLabel = "WHEN",
      description =
          "When Redis syncs its append-only file: everysec or always (default: everysec, Redis's"
              + " own).")
  RedisFsync redisFsync = RedisFsync.EVERYSEC;

  BenchPeersCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new PeersBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of(
        "--depth",
        "5000",
        "--seconds",
        "2",
        "--repeats",
        "1",
        "--warm-up",
        "6",
        "--throughput-seconds",
        "2",
        "--patience",
        "20");
  }

  /** Returns what the options say. */
  PeersSettings settings() {
    Duration batch = TimeText.duration("--batch-job", batchJob);
    Duration kill = TimeText.duration("--kill-job", killJob);
    return valid(
        () ->
            new PeersSettings(
                systems,
                Duration.ofSeconds(warmUp),
                closedLoop.time(),
                closedLoop.inFlight,
                rate,
                measured.time(),
                repeats,
                depth,
                worker.slots,
                batch,
                killRate,
                kill,
                Duration.ofSeconds(killSeconds),
                Duration.ofSeconds(patience),
                redisFsync));
  }
}
