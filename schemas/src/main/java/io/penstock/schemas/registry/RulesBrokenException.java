package io.penstock.schemas.registry;

import java.util.List;

/** A registry, or a change to it, that breaks its rules. Names every violation at once. */
public abstract class RulesBrokenException extends RuntimeException {

  /** A file may hold names as long as itself, and each violation names some. */
  private static final int LONGEST_VIOLATION = 4_000;

  private static final String CUT = " [...] ";

  private final transient List<String> violations;

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the entry, the field and the remedy; at least one
   */
  protected RulesBrokenException(String source, List<String> violations) {
    List<String> brief = violations.stream().map(RulesBrokenException::brief).toList();
    super(
        "%s: %d problem%s\n  - %s"
            .formatted(
                source, brief.size(), brief.size() == 1 ? "" : "s", String.join("\n  - ", brief)));
    this.violations = brief;
  }

  /** The entry and the field stand at the beginning, the remedy at the end: both are kept. */
  private static String brief(String violation) {
    int length = violation.length();
    if (length <= LONGEST_VIOLATION) {
      return violation;
    }
    int half = LONGEST_VIOLATION / 2;
    return violation.substring(0, half) + CUT + violation.substring(length - half);
  }

  /** Each is at most some thousand characters long. */
  public final List<String> violations() {
    return violations;
  }
}
