package io.penstock.streams.score.model;

import io.penstock.schemas.extension.ExtensionProvider;
import io.penstock.schemas.extension.Options;

/** Makes the chooser of models that {@code score.chooser} names. */
public interface ModelChooserProvider extends ExtensionProvider {

  /**
   * Creates the chooser.
   *
   * @throws IllegalArgumentException if an option has a wrong value
   */
  ModelChooser create(ChooserParts parts, Options options);
}
