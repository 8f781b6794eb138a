package io.penstock.streams.score.complexity.training;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.features.PromptFeatures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Prompts as sparse vectors, by the statistics of those that are trained on. */
record Vectors(float[] idf, double[] mean, double[] deviation) {

  /** An n-gram of a single prompt says nothing about others. */
  private static final int FEWEST_PROMPTS = 2;

  static Vectors fittedTo(CountedPrompts prompts, int[] rows) {
    int[] holders = new int[PromptFeatures.BUCKETS];
    for (int row : rows) {
      for (int bucket : prompts.buckets()[row]) {
        holders[bucket]++;
      }
    }
    float[] idf = new float[holders.length];
    for (int bucket = 0; bucket < idf.length; bucket++) {
      if (holders[bucket] >= FEWEST_PROMPTS) {
        idf[bucket] = (float) (Math.log((1.0 + rows.length) / (1.0 + holders[bucket])) + 1);
      }
    }
    int figures = PromptFeatures.SHAPE_NAMES.size();
    double[] mean = new double[figures];
    double[] deviation = new double[figures];
    for (int i = 0; i < figures; i++) {
      for (int row : rows) {
        mean[i] += prompts.shapes()[row][i] / rows.length;
      }
      double squares = 0;
      for (int row : rows) {
        double off = prompts.shapes()[row][i] - mean[i];
        squares += off * off;
      }
      double spread = Math.sqrt(squares / rows.length);
      deviation[i] = spread > 1e-9 ? spread : 1;
    }
    return new Vectors(idf, mean, deviation);
  }

  /** A prompt's vector, by ascending index, which liblinear counts from 1. */
  Feature[] of(CountedPrompts prompts, int row) {
    int[] buckets = prompts.buckets()[row];
    int[] counts = prompts.counts()[row];
    double characters = 0;
    double words = 0;
    for (int i = 0; i < buckets.length; i++) {
      double weight = LinearModel.weightOf(counts[i], idf[buckets[i]]);
      if (buckets[i] < PromptFeatures.CHARACTER_BUCKETS) {
        characters += weight * weight;
      } else {
        words += weight * weight;
      }
    }
    List<Feature> vector = new ArrayList<>();
    for (int i = 0; i < buckets.length; i++) {
      int bucket = buckets[i];
      if (idf[bucket] != 0) {
        boolean character = bucket < PromptFeatures.CHARACTER_BUCKETS;
        double scale =
            character ? 1 / Math.sqrt(characters) : LinearModel.WORD_SCALE / Math.sqrt(words);
        vector.add(
            new FeatureNode(bucket + 1, scale * LinearModel.weightOf(counts[i], idf[bucket])));
      }
    }
    vector.sort(Comparator.comparingInt(Feature::getIndex));
    for (int i = 0; i < mean.length; i++) {
      double figure = LinearModel.standard(prompts.shapes()[row][i], mean[i], deviation[i]);
      vector.add(new FeatureNode(LinearModel.SHAPE_AT + i + 1, figure));
    }
    return vector.toArray(Feature[]::new);
  }
}
