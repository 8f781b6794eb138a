package io.penstock.streams.score.request;

import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import java.util.Optional;

/** Checks the form of ids, tenants and names of models. */
public final class NameRule {

  private NameRule() {}

  /**
   * Returns whether it is 1 to 128 characters without control characters or white space at its
   * ends.
   */
  public static boolean legal(String name) {
    return fault(name, Ids.MAX_LENGTH).isEmpty();
  }

  /**
   * Returns what is wrong with a name, as the end of a sentence that begins with the name's role.
   */
  static Optional<String> fault(String name, int maxLength) {
    return Names.fault(name, maxLength);
  }
}
