package io.penstock.compose.bench.cli;

import io.penstock.compose.cli.GroupCommand;
import picocli.CommandLine.Command;

/** {@code penstock bench}: the group of benchmarks. */
@Command(
    name = "bench",
    description = {
      "Measure Penstock on this machine.",
      "",
      "Each benchmark prints tables, the seed and the command that repeats it, and writes CSV, JSON"
          + " and with --charts SVG charts to --out. Figures of one run compare with each other,"
          + " not with those of another machine or of a busy one: the load average stands beside"
          + " them."
    },
    synopsisSubcommandLabel = "NAME",
    footer = {"", "Examples:", "  penstock bench overhead --rates 50,200 --seconds 20 --json"})
final class BenchCommand extends GroupCommand {}
