package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.sim.ClassMix;
import io.penstock.compose.bench.sim.FleetBench;
import io.penstock.compose.cli.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code penstock bench classes}. */
@Command(
    name = "classes",
    description = {
      "Mixed service classes: who is served in time when there is more work than time.",
      "",
      "MLPerf's limits for Llama-3.1-8B: code is interactive (first token within 0.5 s, 30 ms a"
          + " token), a random half of the rest standard (2 s, 100 ms), the remainder batch (60"
          + " s). JSON as of 'bench fleet', with standard_slo."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench classes --load 4.5",
      "  penstock bench classes --trace azure2023_merged.csv --load 6 --repeat 5"
    })
final class BenchClassesCommand extends BenchmarkCommand {

  @Mixin final FleetOptions fleet = new FleetOptions();

  BenchClassesCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new FleetBench(fleet.settings(ClassMix.MLPERF, FleetBench.policiesOfClasses(), seed));
  }

  @Override
  Optional<List<String>> reading(@Nullable Path data) {
    return readingTrace(data, "azure2023_merged.csv");
  }

  @Override
  List<String> quick() {
    return List.of("--repeat", "1");
  }
}
