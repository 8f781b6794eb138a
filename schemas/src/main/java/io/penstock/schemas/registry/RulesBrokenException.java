package io.penstock.schemas.registry;

import java.util.List;

/** A registry, or a change to it, that breaks its rules. Names every violation at once. */
public abstract class RulesBrokenException extends RuntimeException {

  private final transient List<String> violations;

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the entry, the field and the remedy; at least one
   */
  protected RulesBrokenException(String source, List<String> violations) {
    super(
        "%s: %d problem%s\n  - %s"
            .formatted(
                source,
                violations.size(),
                violations.size() == 1 ? "" : "s",
                String.join("\n  - ", violations)));
    this.violations = List.copyOf(violations);
  }

  public final List<String> violations() {
    return violations;
  }
}
