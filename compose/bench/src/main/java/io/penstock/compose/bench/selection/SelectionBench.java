package io.penstock.compose.bench.selection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.streams.score.complexity.ComplexityArtefact;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.training.ComplexityTrainer;
import io.penstock.streams.score.complexity.training.LabelledPrompt;
import io.penstock.streams.score.complexity.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tests the complexity predictor on prompts with known outcomes by RouteLLM's metric, beside prompt
 * length and a shuffle. The predictor sees a prompt's text only, never which file it is from. It
 * also measures how long the whole choice of a model takes.
 */
public record SelectionBench(SelectionSettings settings) implements Bench {

  private static final int WARM_UP = 20_000;
  private static final int TIMED = 20_000;
  private static final int LONG_TIMED = 2_000;
  private static final int LONG_TOKENS = 2_000;

  @Override
  public Findings run(BenchProgress progress) throws IOException {
    Map<String, List<LabelledPrompt>> tests = tests();
    LinearModel model = model(progress.part(0, 0.4));
    if (tests.isEmpty()) {
      return choiceAlone(choice(model, List.of(), progress));
    }
    LinearComplexityPredictor predictor = new LinearComplexityPredictor(model);
    List<LabelledPrompt> all = tests.values().stream().flatMap(List::stream).toList();
    List<SelectionFigures> figures = new ArrayList<>();
    for (Map.Entry<String, List<LabelledPrompt>> test : tests.entrySet()) {
      progress.at("testing " + test.getKey(), 0.4 + 0.4 * figures.size() / tests.size());
      figures.add(SelectionFigures.of(test.getKey(), test.getValue(), predictor, settings.seed()));
    }
    SelectionFigures overall = SelectionFigures.of("overall", all, predictor, settings.seed());
    progress.at("timing", 0.85);
    List<String> texts = all.stream().map(LabelledPrompt::prompt).toList();
    DecisionTime time = DecisionTime.of(predictor, texts, WARM_UP, TIMED);
    DecisionTime longTime =
        DecisionTime.of(
            predictor,
            List.of(DecisionTime.longPrompt(texts, LONG_TOKENS)),
            LONG_TIMED,
            LONG_TIMED);
    ChoiceReport choice = choice(model, texts, progress.part(0.9, 1));
    return new SelectionReport(settings, model.facts(), figures, overall, time, longTime, choice)
        .findings();
  }

  private ChoiceReport choice(LinearModel model, List<String> prompts, BenchProgress progress) {
    ChoiceReport report =
        new ChoiceReport(new ChoiceBench(model, prompts, settings.decisions()).run(progress));
    progress.at("done", 1);
    return report;
  }

  private static Findings choiceAlone(ChoiceReport choice) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    choice.put(json);
    return new Findings(List.of(choice.table()), List.of(), json, choice.notes());
  }

  private Map<String, List<LabelledPrompt>> tests() throws IOException {
    Map<String, List<LabelledPrompt>> tests = new LinkedHashMap<>();
    for (Path file : settings.tests()) {
      String name = name(file);
      List<LabelledPrompt> prompts = OutcomeFile.read(file);
      long single = prompts.stream().filter(each -> !each.paired()).count();
      if (single > 0) {
        throw new IllegalArgumentException(
            "test %s: %d rows lack weak_correct or strong_correct; a test needs both"
                .formatted(file, single));
      }
      if (tests.put(name, prompts) != null) {
        throw new IllegalArgumentException(
            "two test files are named %s; give them different names".formatted(name));
      }
    }
    return tests;
  }

  private LinearModel model(BenchProgress progress) throws IOException {
    if (settings.train().isEmpty()) {
      Path file = settings.model();
      return file == null ? ComplexityArtefact.shipped() : ComplexityArtefact.read(file);
    }
    List<LabelledPrompt> prompts = new ArrayList<>();
    for (Path file : settings.train()) {
      prompts.addAll(OutcomeFile.read(file));
    }
    TrainingSettings training =
        new TrainingSettings(
            settings.regularisation(), TrainingSettings.FOLDS, settings.seed(), "as the data's");
    return new ComplexityTrainer(prompts, training).train(done -> progress.at("training", done));
  }

  static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.[A-Za-z]+$", "");
  }
}
