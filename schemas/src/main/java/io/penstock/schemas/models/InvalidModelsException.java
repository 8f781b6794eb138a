package io.penstock.schemas.models;

import java.util.List;

/** A model registry, or a change to it, that breaks its rules. Names every violation at once. */
public final class InvalidModelsException extends RuntimeException {

  private final transient List<String> violations;

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the model, the field and the remedy; at least one
   */
  public InvalidModelsException(String source, List<String> violations) {
    super(
        "%s: %d problem%s\n  - %s"
            .formatted(
                source,
                violations.size(),
                violations.size() == 1 ? "" : "s",
                String.join("\n  - ", violations)));
    this.violations = List.copyOf(violations);
  }

  public List<String> violations() {
    return violations;
  }
}
