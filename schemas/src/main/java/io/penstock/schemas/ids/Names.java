package io.penstock.schemas.ids;

import java.util.Optional;

/** Checks the form of ids, tenants, names of models and requesters' own names. */
public final class Names {

  private Names() {}

  /**
   * Returns what is wrong with a name, as the end of a sentence that begins with the name's role.
   *
   * @param maxLength the most characters it may have
   */
  public static Optional<String> fault(String name, int maxLength) {
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
    return loneSurrogate(name);
  }

  /**
   * Returns whether a text holds one half of a surrogate pair without the other, as the end of a
   * sentence. UTF-8 cannot carry it: it would become a question mark, and two names one.
   */
  public static Optional<String> loneSurrogate(String text) {
    for (int at = 0; at < text.length(); at++) {
      char each = text.charAt(at);
      if (Character.isHighSurrogate(each)
          && at + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(at + 1))) {
        at++;
      } else if (Character.isSurrogate(each)) {
        return Optional.of(
            "holds half of a character (\\u%04x, a lone surrogate, as character %d); complete or remove it"
                .formatted((int) each, at + 1));
      }
    }
    return Optional.empty();
  }
}
