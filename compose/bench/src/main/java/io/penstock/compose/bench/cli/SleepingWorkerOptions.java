package io.penstock.compose.bench.cli;

import io.penstock.compose.cli.TimeText;
import java.time.Duration;
import picocli.CommandLine.Option;

/** A worker whose engine sleeps, and the interactive requests that come to it. */
final class SleepingWorkerOptions {

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Interactive requests per second (default: ${DEFAULT-VALUE}).")
  double rate = 50;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "The worker's slots (default: ${DEFAULT-VALUE}).")
  int slots;

  @Option(
      names = "--job",
      paramLabel = "TIME",
      description = "How long its engine sleeps for a request (default: ${DEFAULT-VALUE}).")
  String job;

  /** With these defaults. */
  SleepingWorkerOptions(int slots, String job) {
    this.slots = slots;
    this.job = job;
  }

  Duration jobTime() {
    return TimeText.duration("--job", job);
  }
}
