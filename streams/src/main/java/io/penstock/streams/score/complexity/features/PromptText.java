package io.penstock.streams.score.complexity.features;

/** A prompt as the predictor reads it: of bounded length, and in one form. */
public final class PromptText {

  /** What is read of a prompt, at most: half of it from the beginning and half from the end. */
  public static final int MOST_CHARACTERS = 16_384;

  private static final int HALF = MOST_CHARACTERS / 2;

  private PromptText() {}

  /** The prompt, or its beginning and its end on lines of their own. */
  public static CharSequence bounded(CharSequence prompt) {
    int length = prompt.length();
    if (length <= MOST_CHARACTERS) {
      return prompt;
    }
    return new StringBuilder(MOST_CHARACTERS + 1)
        .append(prompt, 0, HALF)
        .append('\n')
        .append(prompt, length - HALF, length);
  }

  /**
   * Writes the text in lower case, with one space for each run of white space, one at either end,
   * and {@code 0} for each run of digits: numbers differ in almost every prompt and would say
   * nothing.
   *
   * @return how many characters of {@code into} are used; 1, a space, for a blank prompt
   * @param into at least two longer than the text
   */
  static int normalise(CharSequence text, char[] into) {
    int length = 0;
    into[length++] = ' ';
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      char last = into[length - 1];
      if (Character.isWhitespace(next)) {
        if (last != ' ') {
          into[length++] = ' ';
        }
      } else if (Character.isDigit(next)) {
        if (last != '0') {
          into[length++] = '0';
        }
      } else {
        into[length++] = Character.toLowerCase(next);
      }
    }
    if (into[length - 1] != ' ') {
      into[length++] = ' ';
    }
    return length;
  }
}
