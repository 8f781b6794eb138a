package io.penstock.streams.score.complexity.training;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import io.penstock.streams.score.complexity.LinearModel;

/**
 * Ridge regression: weights and a constant that minimise the squared errors plus {@code
 * regularisation} times the squared weights. liblinear's primal support vector regression is that
 * where its tolerance of errors is 0. Deterministic.
 */
final class Ridge {

  private static final double ACCURACY = 1e-4;

  private Ridge() {}

  /** Weights as {@link LinearModel} takes them. */
  static double[] fit(Feature[][] rows, double[] targets, double regularisation) {
    double mean = 0;
    for (double target : targets) {
      mean += target / targets.length;
    }
    Problem problem = new Problem();
    problem.l = rows.length;
    problem.n = LinearModel.CONSTANT_AT;
    problem.bias = -1;
    problem.x = rows;
    problem.y = new double[targets.length];
    for (int i = 0; i < targets.length; i++) {
      problem.y[i] = targets[i] - mean;
    }
    Parameter parameter =
        new Parameter(SolverType.L2R_L2LOSS_SVR, 1 / (2 * regularisation), ACCURACY, 1000, 0);
    Linear.disableDebugOutput();
    Model model = Linear.train(problem, parameter);
    double[] weights = new double[LinearModel.WEIGHTS];
    System.arraycopy(model.getFeatureWeights(), 0, weights, 0, LinearModel.CONSTANT_AT);
    weights[LinearModel.CONSTANT_AT] = mean;
    return weights;
  }

  static double predict(double[] weights, Feature[] row) {
    double sum = weights[LinearModel.CONSTANT_AT];
    for (Feature feature : row) {
      sum += weights[feature.getIndex() - 1] * feature.getValue();
    }
    return sum;
  }
}
