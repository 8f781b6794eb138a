package io.penstock.schemas.text;

/**
 * Text from outside, made safe for a log line or a terminal. It stays on one line, and nothing in
 * it can move a cursor, colour a terminal or reorder what is shown.
 */
public final class Printable {

  private static final String CUT = "...";

  /** What a reader of a log wants to see of something that a stranger wrote. */
  private static final int BRIEF = 1_000;

  private Printable() {}

  /**
   * The text with each control character, line separator, invisible formatting character and lone
   * surrogate written as an escape, such as {@code \n} or {@code \u001b}. All other text is
   * returned as it is.
   */
  public static String of(String text) {
    StringBuilder safe = null;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      if (needsEscape(point)) {
        if (safe == null) {
          safe = new StringBuilder(text.length() + 16).append(text, 0, at);
        }
        escape(point, safe);
      } else if (safe != null) {
        safe.appendCodePoint(point);
      }
      at = next;
    }
    return safe == null ? text : safe.toString();
  }

  /**
   * Does the same as {@link #of(String)} with the first characters only.
   *
   * @param most the longest text kept, in characters before escaping; what is cut shows as dots
   */
  public static String of(String text, int most) {
    if (text.length() <= most) {
      return of(text);
    }
    boolean splits = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
    return of(text.substring(0, splits ? most - 1 : most)) + CUT;
  }

  /** The first 1,000 characters of a text that may be as long as a record. */
  public static String brief(String text) {
    return of(text, BRIEF);
  }

  private static boolean needsEscape(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static void escape(int point, StringBuilder to) {
    switch (point) {
      case '\n' -> to.append("\\n");
      case '\r' -> to.append("\\r");
      case '\t' -> to.append("\\t");
      default -> {
        for (char unit : Character.toChars(point)) {
          to.append("\\u%04x".formatted((int) unit));
        }
      }
    }
  }
}
