package io.penstock.compose.bench.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The option for how long a benchmark runs under load before anything counts. */
final class WarmUpOption {

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Load before anything counts (default: ${DEFAULT-VALUE}).")
  int seconds;

  /**
   * @param seconds unless the option says otherwise
   */
  WarmUpOption(int seconds) {
    this.seconds = seconds;
  }

  Duration time() {
    return Duration.ofSeconds(seconds);
  }
}
