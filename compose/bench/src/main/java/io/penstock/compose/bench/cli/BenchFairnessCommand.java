package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.fairness.FairnessBench;
import io.penstock.compose.bench.fairness.FairnessBenchSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.Leeway;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock bench fairness}. */
@Command(
    name = "fairness",
    description = {
      "How evenly tenants are served, and what a flood does to a quiet one.",
      "",
      "The experiment of the Virtual Token Counter paper (OSDI 2024) and its metric, through the"
          + " production dispatch and worker code on a virtual clock. JSON:"
          + " policies{NAME{max_diff, avg_diff, tokens_per_s}}, flood{...}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench fairness --trace vtc_lmsys_arena.csv",
      "  penstock bench fairness --tolerance 0 --bound 0"
    })
final class BenchFairnessCommand extends BenchmarkCommand {

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "A recorded trace: CSV (timestamp_ms, input_tokens, output_tokens, tenant, type)."
              + " Default: ten minutes of 27 tenants made up from the seed.")
  @Nullable Path trace;

  @Option(
      names = "--profile",
      paramLabel = "P",
      description = "What each worker behaves like (default: ${DEFAULT-VALUE}).")
  String profile = "llama2-7b_a10g";

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers (default: ${DEFAULT-VALUE}).")
  int workers = 1;

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description = "The service class of all requests (default: ${DEFAULT-VALUE}).")
  ServiceClass serviceClass = ServiceClass.STANDARD;

  @Option(
      names = "--tolerance",
      paramLabel = "TOKENS",
      description =
          "Weighted tokens within which the rank decides freely, in every class (default: as the"
              + " class has it).")
  @Nullable Double tolerance;

  @Option(
      names = "--bound",
      paramLabel = "TOKENS",
      description =
          "Weighted tokens by which a tenant may be ahead at the most, in every class (default:"
              + " as the class has it).")
  @Nullable Double bound;

  @Option(
      names = "--repeat",
      paramLabel = "R",
      description = "Repeats (default: ${DEFAULT-VALUE}).")
  int repeats = 5;

  BenchFairnessCommand(Environment environment) {
    super(environment);
  }

  @Override
  Optional<List<String>> reading(@Nullable Path data) {
    return readingTrace(data, "vtc_lmsys_arena.csv");
  }

  @Override
  Bench bench() {
    return new FairnessBench(
        valid(
            () ->
                new FairnessBenchSettings(
                    trace, profile, workers, serviceClass, fairness(), repeats, seed)));
  }

  /** As in production, unless the options say how far tenants may be apart. */
  private FairnessSettings fairness() {
    if (tolerance == null && bound == null) {
      return FairnessSettings.DEFAULT;
    }
    Leeway usual = FairnessSettings.DEFAULT.leeway(serviceClass);
    return FairnessSettings.DEFAULT.within(
        tolerance == null ? usual.tolerance() : tolerance, bound == null ? usual.bound() : bound);
  }
}
