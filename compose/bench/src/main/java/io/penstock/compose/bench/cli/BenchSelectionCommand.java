package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.selection.SelectionBench;
import io.penstock.compose.bench.selection.SelectionSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.streams.score.complexity.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock bench selection}. */
@Command(
    name = "selection",
    description = {
      "Choosing between a cheap and a strong model by the prompt alone, by RouteLLM's metric, and"
          + " how long the choice of a model takes.",
      "",
      "Files are CSV with the columns prompt, weak_correct, strong_correct; others are ignored."
          + " Without --train the shipped predictor is tested. JSON: tests{NAME{prompts, apgr,"
          + " cpt50, cpt80, length_apgr, length_cpt50, length_cpt80, shuffle_apgr,"
          + " apgr_minus_length: {value, low, high}, published}}, overall (the same over all"
          + " prompts in one order), decision_us_p50, decision_us_p99, long_prompt_us_p99,"
          + " choice[{models, by, us_p50, us_p99, requests_per_second, rate_ratio}]."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench selection",
      "  penstock bench selection --test gsm8k_dev.csv mmlu_dev.csv",
      "  penstock bench selection --train gsm8k_train.csv mmlu_train.csv --test gsm8k_dev.csv"
    })
final class BenchSelectionCommand extends BenchmarkCommand {

  @Option(
      names = "--train",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Train on these files first.")
  List<Path> train = List.of();

  @Option(
      names = "--test",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Test on each of these files and on all together; without, only the time that choosing"
              + " takes is measured.")
  List<Path> tests = List.of();

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Test this predictor, as 'penstock complexity train' wrote it.")
  @Nullable Path model;

  @Option(
      names = "--regularisation",
      paramLabel = "X",
      description = "Of a training (default: ${DEFAULT-VALUE}).")
  double regularisation = TrainingSettings.REGULARISATION;

  @Option(
      names = "--decisions",
      paramLabel = "N",
      description = "Requests timed in each case of choosing (default: ${DEFAULT-VALUE}).")
  int decisions = 20_000;

  BenchSelectionCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new SelectionBench(
        valid(() -> new SelectionSettings(train, tests, model, regularisation, seed, decisions)));
  }

  @Override
  List<String> quick() {
    return List.of("--decisions", "2000");
  }

  @Override
  Optional<List<String>> reading(@Nullable Path data) {
    return Optional.ofNullable(data)
        .map(folder -> folder.resolve("routing"))
        .map(
            folder ->
                List.of(
                    "--test",
                    folder.resolve("routellm_gsm8k_dev.csv").toString(),
                    folder.resolve("routellm_mmlu_dev.csv").toString()));
  }
}
