package io.penstock.compose.bench.selection;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is trained on and what is tested.
 *
 * @param train training files; empty: nothing is trained
 * @param tests test files, at least one
 * @param model the predictor to test where nothing is trained, or null for the shipped one
 * @param regularisation of the training
 * @param seed of folds, intervals and shuffles
 */
public record SelectionSettings(
    List<Path> train, List<Path> tests, @Nullable Path model, double regularisation, long seed) {

  public SelectionSettings {
    train = List.copyOf(train);
    tests = List.copyOf(tests);
    if (tests.isEmpty()) {
      throw new IllegalArgumentException("test is missing; give a CSV file of outcomes");
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
