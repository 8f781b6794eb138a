package io.penstock.compose.bench.cli;

import picocli.CommandLine.Option;

/** The option for how many requests each worker of a benchmark runs at a time. */
final class SlotsOption {

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Slots of each worker (default: ${DEFAULT-VALUE}).")
  int slots;

  /**
   * @param slots unless the option says otherwise
   */
  SlotsOption(int slots) {
    this.slots = slots;
  }
}
