package io.penstock.compose.bench.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** Closed loops, which find out how many requests a second a system serves at most. */
final class ClosedLoopOptions {

  @Option(
      names = "--throughput-seconds",
      paramLabel = "N",
      description = "How long each closed loop is measured (default: ${DEFAULT-VALUE}).")
  int seconds;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Requests in flight in the closed loops (default: ${DEFAULT-VALUE}).")
  int inFlight;

  /** With these defaults. */
  ClosedLoopOptions(int seconds, int inFlight) {
    this.seconds = seconds;
    this.inFlight = inFlight;
  }

  Duration time() {
    return Duration.ofSeconds(seconds);
  }
}
