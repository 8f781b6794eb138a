package io.penstock.schemas.policies;

import io.penstock.schemas.registry.RulesBrokenException;
import java.util.List;

/** Routing documents that break their rules. Names every violation at once. */
public final class InvalidRoutingException extends RulesBrokenException {

  /**
   * @param source what was read, such as a file's name
   * @param violations each names the document, the field and the remedy; at least one
   */
  public InvalidRoutingException(String source, List<String> violations) {
    super(source, violations);
  }
}
