package io.penstock.streams.score.request;

/** Text from a request, cut so that it can be quoted in a message or echoed in a result. */
public final class Abbreviated {

  private static final int QUOTE = 64;

  private Abbreviated() {}

  /** Cuts a text to {@code max} characters, 1 or more, with an ellipsis where it was cut. */
  public static String of(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
    return text.substring(0, Math.max(end, 0)) + "\u2026";
  }

  /** Puts a shortened text in quotes, for a message. */
  public static String quote(String text) {
    return "'" + of(text, QUOTE) + "'";
  }
}
