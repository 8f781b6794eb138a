package io.penstock.streams.score.complexity.features;

import java.util.List;
import java.util.stream.Stream;

/** The features that are not n-grams: lengths, numbers, form, kinds of words. */
final class PromptShape {

  static final List<String> NAMES =
      Stream.of(List.of("length"), CharacterShape.NAMES, WordShape.NAMES, OptionShape.NAMES)
          .flatMap(List::stream)
          .toList();

  static final int SIZE = NAMES.size();

  private PromptShape() {}

  /**
   * @param length of the whole prompt, in characters, also where only a part is read
   * @param text what is read of it
   * @param normalised the same, as {@link PromptText#normalise} left it
   */
  static void put(
      int length, CharSequence text, char[] normalised, int normalisedLength, double[] into) {
    into[0] = Math.log1p(length);
    CharacterShape characters = CharacterShape.of(text);
    int at = characters.put(into, 1);
    at = WordShape.of(normalised, normalisedLength).put(characters.sentences(), into, at);
    OptionShape.of(text).put(into, at);
  }
}
