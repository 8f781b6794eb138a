package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.failover.FailoverBench;
import io.penstock.compose.bench.failover.FailoverSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.TimeText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench failover}. */
@Command(
    name = "failover",
    description = {
      "What a killed process costs: kill -9 of a dispatch process, of a worker and of one of three"
          + " Kafka brokers under load.",
      "",
      "The broker is the active controller; it is started again later. Exits 0 only if no result"
          + " was lost or came twice. JSON: dispatch, worker, broker and broker_back, each with"
          + " sent, lost, duplicates, failed, resume_ms, settled_ms and longest_ms; of the broker"
          + " also its roles, ready_ms and in_sync_ms."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench failover --failover 3s",
      "  penstock bench failover --brokers 0",
      "  penstock bench failover --brokers 0 --waiting 1000000 --finished 30000000"
    })
final class BenchFailoverCommand extends BenchmarkCommand {

  @Mixin final SleepingWorkerOptions worker = new SleepingWorkerOptions(16, "50ms");

  @Mixin final SecondsOption measured = new SecondsOption(30);

  @Option(
      names = "--failover",
      paramLabel = "TIME",
      description =
          "Dispatch's session and transaction time-outs (default: ${DEFAULT-VALUE}, as in 'up').")
  String failover = "6s";

  @Option(
      names = "--standbys",
      paramLabel = "N",
      description = "Warm copies of dispatch's shards, 0 or 1 (default: ${DEFAULT-VALUE}).")
  int standbys = 1;

  @Option(
      names = "--brokers",
      paramLabel = "N",
      description =
          "How many brokers run, of which one is killed: 3 or 5, or 0 to kill none (default:"
              + " ${DEFAULT-VALUE}).")
  int brokers = 3;

  @Option(
      names = "--broker-rate",
      paramLabel = "R",
      description =
          "Requests per second while a broker is killed, --rate at most: all brokers share this"
              + " machine (default: ${DEFAULT-VALUE}).")
  double brokerRate = 20;

  @Option(
      names = "--broker-session",
      paramLabel = "TIME",
      description =
          "How long a broker may be silent until it counts as lost (default: ${DEFAULT-VALUE}).")
  String brokerSession = "6s";

  @Option(
      names = "--waiting",
      paramLabel = "N",
      description =
          "Batch requests that wait when a dispatch process or worker is killed, 2000000 at most"
              + " (default: ${DEFAULT-VALUE}).")
  int waiting;

  @Option(
      names = "--finished",
      paramLabel = "N",
      description =
          "Requests of which dispatch then remembers that they have ended, 50000000 at most"
              + " (default: ${DEFAULT-VALUE}).")
  int finished;

  BenchFailoverCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new FailoverBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of("--seconds", "12");
  }

  /** Returns what the options say. */
  FailoverSettings settings() {
    return valid(
        () ->
            new FailoverSettings(
                worker.work(),
                measured.time(),
                TimeText.duration("--failover", failover),
                standbys,
                brokers,
                Math.min(worker.rate, brokerRate),
                TimeText.duration("--broker-session", brokerSession),
                waiting,
                finished));
  }
}
