package io.penstock.streams.score.complexity;

import io.penstock.streams.score.complexity.features.PromptFeatures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Estimates by a fitted {@link LinearModel}: one pass over the prompt and one over its n-grams. It
 * reads only the beginning and the end of a prompt longer than {@link
 * io.penstock.streams.score.complexity.features.PromptText#MOST_CHARACTERS}.
 *
 * <p>Each thread keeps a scratch pad of about half a megabyte, so call it from few threads.
 */
public final class LinearComplexityPredictor implements ComplexityPredictor {

  private static final double[] LOGS = logs();

  private final LinearModel model;
  private final ThreadLocal<PromptFeatures> pads = ThreadLocal.withInitial(PromptFeatures::new);

  public LinearComplexityPredictor(LinearModel model) {
    this.model = model;
  }

  /** Returns what it estimates by. */
  public LinearModel model() {
    return model;
  }

  @Override
  public ComplexityEstimate estimate(CharSequence prompt) {
    PromptFeatures features = pads.get();
    features.read(prompt);
    Sums sums = new Sums();
    sums.ngrams(features, model);
    double cheap = sums.cheap() + model.cheap()[LinearModel.CONSTANT_AT];
    double gain = sums.gain() + model.gain()[LinearModel.CONSTANT_AT];
    for (int i = 0; i < PromptFeatures.SHAPE_NAMES.size(); i++) {
      double figure = standard(features, i);
      cheap += figure * model.cheap()[LinearModel.SHAPE_AT + i];
      gain += figure * model.gain()[LinearModel.SHAPE_AT + i];
    }
    return new ComplexityEstimate(
        Math.clamp(cheap, 0, 1), Math.clamp(cheap + gain, 0, 1), gain, model.curve().rank(gain));
  }

  @Override
  public PredictorCalibration calibration() {
    return new PredictorCalibration(
        model.curve(), model.facts().cheapQuality(), model.facts().strongQuality());
  }

  private double standard(PromptFeatures features, int i) {
    return LinearModel.standard(features.shape(i), model.shapeMean()[i], model.shapeDeviation()[i]);
  }

  @Override
  public List<Contribution> explain(CharSequence prompt, int most) {
    PromptFeatures features = pads.get();
    features.read(prompt);
    Sums sums = new Sums();
    sums.ngrams(features, model);
    Map<Integer, String> texts = features.texts();
    List<Contribution> all = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      int bucket = features.bucket(i);
      double scale = sums.scale(bucket);
      double effect =
          scale
              * LinearModel.weightOf(features.count(bucket), model.idf()[bucket])
              * model.gain()[bucket];
      if (effect != 0) {
        all.add(new Contribution("\"" + texts.getOrDefault(bucket, "?") + "\"", effect));
      }
    }
    for (int i = 0; i < PromptFeatures.SHAPE_NAMES.size(); i++) {
      double effect = standard(features, i) * model.gain()[LinearModel.SHAPE_AT + i];
      all.add(new Contribution(PromptFeatures.SHAPE_NAMES.get(i), effect));
    }
    all.sort(Comparator.comparingDouble((Contribution c) -> Math.abs(c.effect())).reversed());
    return List.copyOf(all.subList(0, Math.clamp(most, 0, all.size())));
  }

  private static double[] logs() {
    double[] logs = new double[256];
    for (int count = 1; count < logs.length; count++) {
      logs[count] = 1 + Math.log(count);
    }
    return logs;
  }

  /** Dot products and lengths of the two blocks of n-grams. */
  private static final class Sums {

    private double characterSquares;
    private double characterCheap;
    private double characterGain;
    private double wordSquares;
    private double wordCheap;
    private double wordGain;

    void ngrams(PromptFeatures features, LinearModel model) {
      float[] idf = model.idf();
      float[] cheap = model.cheap();
      float[] gain = model.gain();
      for (int i = 0; i < features.size(); i++) {
        int bucket = features.bucket(i);
        float rarity = idf[bucket];
        if (rarity == 0) {
          continue;
        }
        int count = features.count(bucket);
        double weight =
            count < LOGS.length ? LOGS[count] * rarity : LinearModel.weightOf(count, rarity);
        if (bucket < PromptFeatures.CHARACTER_BUCKETS) {
          characterSquares += weight * weight;
          characterCheap += weight * cheap[bucket];
          characterGain += weight * gain[bucket];
        } else {
          wordSquares += weight * weight;
          wordCheap += weight * cheap[bucket];
          wordGain += weight * gain[bucket];
        }
      }
    }

    /** Returns what a weight of this bucket's block is times. */
    double scale(int bucket) {
      return bucket < PromptFeatures.CHARACTER_BUCKETS ? characterScale() : wordScale();
    }

    private double characterScale() {
      return characterSquares > 0 ? 1 / Math.sqrt(characterSquares) : 0;
    }

    private double wordScale() {
      return wordSquares > 0 ? LinearModel.WORD_SCALE / Math.sqrt(wordSquares) : 0;
    }

    double cheap() {
      return characterCheap * characterScale() + wordCheap * wordScale();
    }

    double gain() {
      return characterGain * characterScale() + wordGain * wordScale();
    }
  }
}
