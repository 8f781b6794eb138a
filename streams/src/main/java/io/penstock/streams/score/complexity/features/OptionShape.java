package io.penstock.streams.score.complexity.features;

import java.util.List;

/**
 * Tells whether a prompt is a multiple choice, lines that begin {@code A.} or {@code A)}, and of
 * what.
 */
final class OptionShape {

  static final List<String> NAMES =
      List.of(
          "multiple choice",
          "characters of the question",
          "characters of an option",
          "options with numbers",
          "question ends with a question mark");

  private static final int FEWEST = 2;

  private int options;
  private int optionCharacters;
  private int numeric;
  private int stemEnd = -1;
  private boolean asks;

  private OptionShape() {}

  static OptionShape of(CharSequence text) {
    OptionShape shape = new OptionShape();
    int length = text.length();
    int from = 0;
    while (from < length) {
      int to = from;
      boolean digits = false;
      while (to < length && text.charAt(to) != '\n') {
        char c = text.charAt(to++);
        digits |= c >= '0' && c <= '9';
      }
      if (isOption(text, from, to)) {
        shape.option(from, to, digits);
      }
      from = to + 1;
    }
    if (shape.options < FEWEST) {
      shape.stemEnd = length;
    }
    shape.asks = endsAsking(text, shape.stemEnd);
    return shape;
  }

  private void option(int from, int to, boolean digits) {
    if (stemEnd < 0) {
      stemEnd = from;
    }
    options++;
    optionCharacters += to - from - 3;
    numeric += digits ? 1 : 0;
  }

  private static boolean isOption(CharSequence text, int from, int to) {
    if (to - from < 4) {
      return false;
    }
    char letter = text.charAt(from);
    char mark = text.charAt(from + 1);
    return letter >= 'A'
        && letter <= 'J'
        && (mark == '.' || mark == ')')
        && text.charAt(from + 2) == ' ';
  }

  private static boolean endsAsking(CharSequence text, int end) {
    int last = end - 1;
    while (last >= 0 && Character.isWhitespace(text.charAt(last))) {
      last--;
    }
    return last >= 0 && text.charAt(last) == '?';
  }

  int put(double[] into, int at) {
    boolean choice = options >= FEWEST;
    int i = at;
    into[i++] = choice ? 1 : 0;
    into[i++] = Math.log1p(stemEnd);
    into[i++] = choice ? Math.log1p((double) optionCharacters / options) : 0;
    into[i++] = choice ? (double) numeric / options : 0;
    into[i++] = asks ? 1 : 0;
    return i;
  }
}
