package io.penstock.streams.score.complexity.training;

import io.penstock.streams.score.complexity.features.PromptFeatures;
import java.util.List;

/** The features of all training prompts, read once. */
record CountedPrompts(int[][] buckets, int[][] counts, double[][] shapes) {

  static CountedPrompts of(List<LabelledPrompt> prompts) {
    int size = prompts.size();
    int[][] buckets = new int[size][];
    int[][] counts = new int[size][];
    double[][] shapes = new double[size][PromptFeatures.SHAPE_NAMES.size()];
    PromptFeatures features = new PromptFeatures();
    for (int row = 0; row < size; row++) {
      features.read(prompts.get(row).prompt());
      buckets[row] = new int[features.size()];
      counts[row] = new int[features.size()];
      for (int i = 0; i < features.size(); i++) {
        buckets[row][i] = features.bucket(i);
        counts[row][i] = features.count(features.bucket(i));
      }
      for (int i = 0; i < shapes[row].length; i++) {
        shapes[row][i] = features.shape(i);
      }
    }
    return new CountedPrompts(buckets, counts, shapes);
  }
}
