package io.penstock.streams.score.complexity.training;

import io.penstock.streams.score.complexity.LinearModel;

/**
 * The straight line from predictions to outcomes, by least squares over prompts that the prediction
 * had not seen: a regularised regression is timid, and its predictions are meant as qualities.
 */
record Calibration(double slope, double constant) {

  static final Calibration NONE = new Calibration(1, 0);

  static Calibration of(double[] predictions, double[] outcomes) {
    int count = predictions.length;
    double x = 0;
    double y = 0;
    for (int i = 0; i < count; i++) {
      x += predictions[i] / count;
      y += outcomes[i] / count;
    }
    double squares = 0;
    double products = 0;
    for (int i = 0; i < count; i++) {
      squares += (predictions[i] - x) * (predictions[i] - x);
      products += (predictions[i] - x) * (outcomes[i] - y);
    }
    // No line that falls: it would turn the order of the prompts round.
    if (!(squares > 0) || !(products > 0)) {
      return NONE;
    }
    double slope = products / squares;
    return new Calibration(slope, y - slope * x);
  }

  double of(double prediction) {
    return slope * prediction + constant;
  }

  /** Weights whose predictions are on the line. */
  float[] applied(double[] weights) {
    float[] calibrated = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      calibrated[i] = (float) (slope * weights[i]);
    }
    int last = LinearModel.CONSTANT_AT;
    calibrated[last] = (float) of(weights[last]);
    return calibrated;
  }
}
