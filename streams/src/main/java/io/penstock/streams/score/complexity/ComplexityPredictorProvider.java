package io.penstock.streams.score.complexity;

import io.penstock.schemas.extension.ExtensionProvider;
import io.penstock.schemas.extension.Options;

/** Makes the predictor of complexity that {@code score.complexity} names. */
public interface ComplexityPredictorProvider extends ExtensionProvider {

  /**
   * Creates the predictor.
   *
   * @throws IllegalArgumentException if an option has a wrong value or names a file that cannot be
   *     used
   */
  ComplexityPredictor create(Options options);
}
