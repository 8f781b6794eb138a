package io.penstock.compose.bench.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.selection.OutcomeFile;
import io.penstock.compose.cli.CliException;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.LogLevels;
import io.penstock.compose.cli.OutputOptions;
import io.penstock.compose.cli.Progress;
import io.penstock.compose.cli.RecordJson;
import io.penstock.compose.cli.Table;
import io.penstock.streams.score.complexity.ComplexityArtefact;
import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.complexity.Contribution;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.training.ComplexityTrainer;
import io.penstock.streams.score.complexity.training.LabelledPrompt;
import io.penstock.streams.score.complexity.training.ModelCardText;
import io.penstock.streams.score.complexity.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code penstock complexity} and the commands below it. */
@Command(
    name = "complexity",
    description = "Train and question the predictor of whether the cheap model will do.",
    footer = {
      "",
      "Examples:",
      "  penstock complexity train --train outcomes.csv --out ours.json.gz",
      "  penstock complexity explain 'Prove that there are infinitely many primes.'",
      "",
      "'penstock bench selection' tests a predictor."
    })
final class ComplexityCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command: train or explain");
  }

  /** {@code penstock complexity train}. */
  @Command(
      name = "train",
      description = {
        "Train a predictor on prompts with the outcomes of a cheap and a strong model.",
        "",
        "Files are CSV with the columns prompt, weak_correct, strong_correct (0 to 1), as 'penstock"
            + " feedback export' writes them; others are ignored. Beside --out a model card is"
            + " written, with the ending .md. Equal files, seed and options give equal bytes. JSON:"
            + " the model card's facts."
      })
  static final class Train implements Callable<Integer> {

    private static final long STEPS = 100;

    private final Environment environment;

    @Option(
        names = "--train",
        arity = "1..*",
        required = true,
        paramLabel = "FILE",
        description = "The outcomes.")
    List<Path> files = List.of();

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "The predictor's file; replaced if it is there.")
    Path out = Path.of("");

    @Option(
        names = "--licence",
        paramLabel = "TEXT",
        description = "Of the data, for the model card (default: ${DEFAULT-VALUE}).")
    String licence = "not stated";

    @Option(
        names = "--regularisation",
        paramLabel = "X",
        description = "More trusts single words less; for few prompts (default: ${DEFAULT-VALUE}).")
    double regularisation = TrainingSettings.REGULARISATION;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "The seed of the cross-validation (default: ${DEFAULT-VALUE}).")
    long seed = BenchmarkCommand.DEFAULT_SEED;

    @Mixin final OutputOptions output = new OutputOptions();

    Train(Environment environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
      LogLevels.forClient(output.verbose);
      TrainingSettings settings =
          BenchmarkCommand.valid(
              () -> new TrainingSettings(regularisation, TrainingSettings.FOLDS, seed, licence));
      List<LabelledPrompt> prompts = new ArrayList<>();
      for (Path file : files) {
        prompts.addAll(OutcomeFile.read(file));
      }
      ComplexityTrainer trainer = new ComplexityTrainer(prompts, settings);
      LinearModel model;
      try (Progress progress = new Progress(environment.console(), "training", STEPS)) {
        model = trainer.train(done -> progress.at((long) (STEPS * done)));
      }
      ComplexityArtefact.write(model, out);
      String card = ModelCardText.of(model.facts());
      Path cardFile = Path.of(out.toString().replaceFirst("(\\.json)?(\\.gz)?$", "") + ".md");
      Files.writeString(cardFile, card);
      if (output.json) {
        environment.console().print(RecordJson.MAPPER.valueToTree(model.facts()));
      } else {
        environment.console().print(card);
        environment
            .console()
            .print("Written: %s (%d bytes) %s".formatted(out, Files.size(out), cardFile));
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock complexity explain}. */
  @Command(
      name = "explain",
      description = {
        "Estimate one prompt and say what the estimate rests on.",
        "",
        "JSON: {\"cheap_quality\", \"strong_quality\", \"gain\", \"difficulty\","
            + " \"contributions\": [{\"feature\", \"effect\"}]}."
      })
  static final class Explain implements Callable<Integer> {

    private final Environment environment;

    @Parameters(paramLabel = "PROMPT", description = "The prompt's text.")
    String prompt = "";

    @Option(
        names = "--model",
        paramLabel = "FILE",
        description = "A predictor's file; the shipped one without it.")
    @Nullable Path model;

    @Option(
        names = "--reasons",
        paramLabel = "N",
        description = "So many reasons at most (default: ${DEFAULT-VALUE}).")
    int reasons = 8;

    @Mixin final OutputOptions output = new OutputOptions();

    Explain(Environment environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
      LogLevels.forClient(output.verbose);
      if (prompt.isBlank()) {
        throw CliException.usage("PROMPT is blank; give a prompt's text");
      }
      LinearComplexityPredictor predictor =
          new LinearComplexityPredictor(
              model == null ? ComplexityArtefact.shipped() : ComplexityArtefact.read(model));
      ComplexityEstimate estimate = predictor.estimate(prompt);
      List<Contribution> why = predictor.explain(prompt, reasons);
      if (output.json) {
        environment.console().print(json(estimate, why));
        return ExitCodes.OK;
      }
      environment
          .console()
          .print(
              String.format(
                  Locale.ROOT,
                  "expected quality: cheap %.2f, strong %.2f; gain %+.3f, more than for %.0f%% of"
                      + " the training prompts",
                  estimate.cheapQuality(),
                  estimate.strongQuality(),
                  estimate.gain(),
                  100 * estimate.difficulty()));
      Table table = new Table("EFFECT", "FEATURE");
      why.forEach(
          each -> table.row(String.format(Locale.ROOT, "%+.4f", each.effect()), each.feature()));
      table.print(environment.console());
      return ExitCodes.OK;
    }

    private static ObjectNode json(ComplexityEstimate estimate, List<Contribution> why) {
      ObjectNode json =
          RecordJson.MAPPER
              .createObjectNode()
              .put("cheap_quality", estimate.cheapQuality())
              .put("strong_quality", estimate.strongQuality())
              .put("gain", estimate.gain())
              .put("difficulty", estimate.difficulty());
      json.set("contributions", RecordJson.MAPPER.valueToTree(why));
      return json;
    }
  }
}
