package io.penstock.broker.home;

import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.text.Printable;
import java.util.regex.Pattern;

/**
 * One entry of the front topic.
 *
 * @param kind what it is, such as {@code api-key}: lower-case letters, digits and hyphens
 * @param id its id within the kind, 1 to 128 characters
 * @param document JSON in UTF-8, in the shape of its kind; the array is not copied
 */
public record StateEntry(String kind, String id, byte[] document) {

  private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  public StateEntry {
    requireKey(kind, id);
  }

  static void requireKey(String kind, String id) {
    if (!KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException(
          "kind is '%s'; give lower-case letters, digits and hyphens".formatted(kind));
    }
    Names.fault(id, Ids.MAX_LENGTH)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("id " + fault);
            });
  }

  /** The record key of an entry. */
  public static String key(String kind, String id) {
    return kind + "/" + id;
  }

  /** The record key. */
  public String key() {
    return key(kind, id);
  }

  /**
   * Checks that the document is the one of this entry.
   *
   * @param inDocument the id that the document gives
   * @throws IllegalArgumentException if it gives another one
   */
  public void requireId(String inDocument) {
    if (!id.equals(inDocument)) {
      throw new IllegalArgumentException(
          "its document is that of " + Printable.of(inDocument, Ids.MAX_LENGTH));
    }
  }
}
