package io.penstock.streams.score.complexity;

import io.penstock.schemas.extension.Options;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Provides {@link LinearComplexityPredictor} as {@code linear}. Its option {@code artefact} names a
 * file that {@code penstock complexity train} wrote; without it the shipped predictor is used.
 */
public final class LinearComplexityProvider implements ComplexityPredictorProvider {

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public ComplexityPredictor create(Options options) {
    return new LinearComplexityPredictor(
        options
            .path("artefact")
            .map(LinearComplexityProvider::read)
            .orElseGet(ComplexityArtefact::shipped));
  }

  private static LinearModel read(Path file) {
    try {
      return ComplexityArtefact.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the complexity predictor %s cannot be read; name another file or leave it out to use"
                  .formatted(file)
              + " the one that comes with Penstock",
          e);
    }
  }
}
