package io.penstock.compose.bench.selection;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data to train on and to test with.
 *
 * @param train training files; empty: nothing is trained
 * @param tests test files; empty: only the time that choosing takes is measured
 * @param model the predictor to test where nothing is trained, or null for the shipped one
 * @param regularisation of the training
 * @param seed of folds, intervals and shuffles
 * @param decisions requests timed in each case of choosing, 1 or more
 */
public record SelectionSettings(
    List<Path> train,
    List<Path> tests,
    @Nullable Path model,
    double regularisation,
    long seed,
    int decisions) {

  public SelectionSettings {
    train = List.copyOf(train);
    tests = List.copyOf(tests);
    if (tests.isEmpty() && !train.isEmpty()) {
      throw new IllegalArgumentException(
          "test is missing beside train; give a CSV file of outcomes that is not trained on");
    }
    if (decisions < 1) {
      throw new IllegalArgumentException("decisions is %d; give 1 or more".formatted(decisions));
    }
    if (model != null && !train.isEmpty()) {
      throw new IllegalArgumentException("train and --model exclude each other");
    }
    if (!(regularisation > 0)) {
      throw new IllegalArgumentException(
          "regularisation is %s; it must be above 0".formatted(regularisation));
    }
  }
}
