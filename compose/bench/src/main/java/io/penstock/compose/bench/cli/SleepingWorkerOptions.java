package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.rig.SleepingWork;
import io.penstock.compose.cli.TimeText;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Workers whose engines sleep, and the requests that come to them and are measured. */
final class SleepingWorkerOptions {

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Measured requests per second (default: ${DEFAULT-VALUE}).")
  double rate = 50;

  @Mixin final SlotsOption slots;

  @Option(
      names = "--job",
      paramLabel = "TIME",
      description = "How long an engine sleeps for a request (default: ${DEFAULT-VALUE}).")
  String job;

  /** With these defaults. */
  SleepingWorkerOptions(int slots, String job) {
    this.slots = new SlotsOption(slots);
    this.job = job;
  }

  /** Returns what the options say. */
  SleepingWork work() {
    return new SleepingWork(rate, slots.slots, TimeText.duration("--job", job));
  }
}
