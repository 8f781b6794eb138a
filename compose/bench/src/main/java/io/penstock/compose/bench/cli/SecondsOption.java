package io.penstock.compose.bench.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The option for how long a benchmark measures each time. */
final class SecondsOption {

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long each measurement lasts (default: ${DEFAULT-VALUE}).")
  int seconds;

  /**
   * @param seconds unless the option says otherwise
   */
  SecondsOption(int seconds) {
    this.seconds = seconds;
  }

  Duration time() {
    return Duration.ofSeconds(seconds);
  }
}
