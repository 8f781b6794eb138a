package io.penstock.schemas.policies;

import java.util.List;

/** Routing documents that break their rules. Names every violation at once. */
public final class InvalidRoutingException extends RuntimeException {

  private final transient List<String> violations;

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the document, the field and the remedy; at least one
   */
  public InvalidRoutingException(String source, List<String> violations) {
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
