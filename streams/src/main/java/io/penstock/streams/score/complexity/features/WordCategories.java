package io.penstock.streams.score.complexity.features;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** English words that tell something about the reasoning asked for, found by their hash. */
final class WordCategories {

  static final int NONE = -1;

  /** The categories' names, in the order of their numbers. */
  static final List<String> NAMES =
      List.of(
          "common words",
          "multiples",
          "comparisons",
          "remainders",
          "conditions",
          "negations",
          "judgements",
          "persons");

  private static final List<String> WORDS =
      List.of(
          "the a an of to in and is are was were be been for on at by with from that this it or"
              + " have has had will would can could do does did but there so into out up which"
              + " what how many much who where all",
          "times twice thrice double triple half third quarter each every per",
          "more less fewer than as",
          "left remaining remain rest remainder leftover",
          "if then when after before until while since because unless",
          "not no never none without except neither cannot nor isn't doesn't don't",
          "following true false statement statements both only best most likely",
          "he she his her they their him");

  private static final int[] HASHES;
  private static final byte[] CATEGORIES;

  static {
    Map<Integer, Byte> byHash = new TreeMap<>();
    for (int category = 0; category < WORDS.size(); category++) {
      for (String word : WORDS.get(category).split(" ", -1)) {
        char[] text = word.toCharArray();
        byHash.put(Ngrams.hash(text, 0, text.length), (byte) category);
      }
    }
    HASHES = byHash.keySet().stream().mapToInt(Integer::intValue).toArray();
    CATEGORIES = new byte[HASHES.length];
    int i = 0;
    for (byte category : byHash.values()) {
      CATEGORIES[i++] = category;
    }
  }

  private WordCategories() {}

  /** The category of the word with this {@link Ngrams#hash}, or {@link #NONE}. */
  static int of(int hash) {
    int at = Arrays.binarySearch(HASHES, hash);
    return at < 0 ? NONE : CATEGORIES[at];
  }
}
