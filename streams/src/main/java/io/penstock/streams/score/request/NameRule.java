package io.penstock.streams.score.request;

import io.penstock.schemas.ids.Ids;
import java.util.Optional;

/** What an id, a tenant or a model name may look like. */
public final class NameRule {

  private NameRule() {}

  /** Whether it is 1 to 128 characters without control characters or white space at its ends. */
  public static boolean legal(String name) {
    return fault(name, Ids.MAX_LENGTH).isEmpty();
  }

  /** What is wrong with a name, as the end of a sentence that begins with the name's role. */
  static Optional<String> fault(String name, int maxLength) {
    if (name.isBlank()) {
      return Optional.of("is empty; give 1 to %d characters".formatted(maxLength));
    }
    if (name.length() > maxLength) {
      return Optional.of(
          "has %d characters; shorten it to at most %d".formatted(name.length(), maxLength));
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      return Optional.of("holds a control character; use printable characters only");
    }
    if (!name.equals(name.strip())) {
      return Optional.of("begins or ends with white space; remove it");
    }
    return Optional.empty();
  }
}
