package io.penstock.schemas.models;

import io.penstock.schemas.registry.RulesBrokenException;
import java.util.List;

/** A model registry, or a change to it, that breaks its rules. Names every violation at once. */
public final class InvalidModelsException extends RulesBrokenException {

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the model, the field and the remedy; at least one
   */
  public InvalidModelsException(String source, List<String> violations) {
    super(source, violations);
  }
}
