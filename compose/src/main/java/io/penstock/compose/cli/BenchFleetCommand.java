package io.penstock.compose.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.sim.ClassMix;
import io.penstock.compose.bench.sim.FleetBench;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code penstock bench fleet}. */
@Command(
    name = "fleet",
    description = {
      "Pulling against pushing: the share of requests served in time, by policy.",
      "",
      "Code and a random half of conversation are interactive (first token within 2 s), the rest is"
          + " batch (60 s). JSON: policies{NAME{interactive_slo, batch_slo, ttft_p50_ms,"
          + " ttft_p99_ms, goodput_per_s, utilisation}}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench fleet --slow-share 0.5",
      "  penstock bench fleet --trace azure2023_merged.csv --load 4.5 --policies"
          + " penstock,edf,clairvoyant"
    })
final class BenchFleetCommand extends BenchmarkCommand {

  @Mixin final FleetOptions fleet = new FleetOptions();

  BenchFleetCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new FleetBench(fleet.settings(ClassMix.TWO_CLASSES, List.of(), seed));
  }

  @Override
  Optional<List<String>> reading(@Nullable Path data) {
    return Optional.of(
        data == null
            ? List.of()
            : List.of("--trace", data.resolve("traces/azure2023_merged.csv").toString()));
  }

  @Override
  List<String> quick() {
    return List.of("--repeat", "1", "--policies", "penstock,round_robin");
  }
}
