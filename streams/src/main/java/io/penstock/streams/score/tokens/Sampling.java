package io.penstock.streams.score.tokens;

import io.penstock.streams.score.request.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Estimates how many tokens a unit of text makes, from samples in the middle of equal stretches of
 * all texts in order. Pieces begin and end at white space where there is some near, as tokens do.
 *
 * @param rate tokens for each UTF-16 unit
 * @param deviation of the samples' rates from each other (standard deviation)
 * @param samples looked at, 1 or more
 */
record Sampling(double rate, double deviation, int samples) {

  /** How far a piece's end may be moved to white space. */
  private static final int NEAR = 32;

  /**
   * @param length UTF-16 units of all texts, more than {@code samples * each}
   * @param tokens counts a piece
   */
  static Sampling of(
      List<Prompt> prompts, long length, int samples, int each, ToLongFunction<String> tokens) {
    List<String> texts = prompts.stream().flatMap(prompt -> prompt.texts().stream()).toList();
    List<Double> rates = new ArrayList<>(samples);
    long stretch = length / samples;
    int text = 0;
    long textStart = 0;
    long counted = 0;
    long units = 0;
    for (int i = 0; i < samples; i++) {
      long wanted = i * stretch + (stretch - each) / 2;
      while (wanted >= textStart + texts.get(text).length()) {
        textStart += texts.get(text).length();
        text++;
      }
      String piece = piece(texts, text, (int) (wanted - textStart), each);
      long found = tokens.applyAsLong(piece);
      counted += found;
      units += piece.length();
      rates.add(piece.isEmpty() ? 1 : (double) found / piece.length());
    }
    double mean = rates.stream().mapToDouble(Double::doubleValue).average().orElse(1);
    double squares = rates.stream().mapToDouble(rate -> (rate - mean) * (rate - mean)).sum();
    return new Sampling(
        units == 0 ? 1 : (double) counted / units,
        Math.sqrt(squares / Math.max(1, rates.size() - 1)),
        rates.size());
  }

  /** A piece from a place in a text on, and from the texts after it where that is too short. */
  private static String piece(List<String> texts, int text, int from, int length) {
    String first = texts.get(text);
    int start = boundary(first, from);
    if (first.length() - start >= length) {
      return first.substring(start, boundary(first, start + length));
    }
    StringBuilder piece = new StringBuilder(length).append(first, start, first.length());
    for (int i = text + 1; i < texts.size() && piece.length() < length; i++) {
      int take = Math.min(length - piece.length(), texts.get(i).length());
      piece.append(texts.get(i), 0, boundary(texts.get(i), take));
    }
    return piece.toString();
  }

  /** The next white space, if near; never within a surrogate pair. */
  private static int boundary(String text, int at) {
    for (int i = at; i < Math.min(at + NEAR, text.length()); i++) {
      if (Character.isWhitespace(text.charAt(i))) {
        return i;
      }
    }
    return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at + 1 : at;
  }
}
