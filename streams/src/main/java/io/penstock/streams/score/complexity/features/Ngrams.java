package io.penstock.streams.score.complexity.features;

import java.util.function.IntConsumer;

/**
 * The hashed n-grams of a normalised text: characters within words, blanks at their ends included
 * (n = 2 to 4), and words (n = 1 and 2). The hash is part of every artefact's meaning: changing it
 * needs a new artefact version.
 */
final class Ngrams {

  /** Buckets of character n-grams; those of words follow. */
  static final int CHARACTER_BUCKETS = 1 << 16;

  static final int WORD_BUCKETS = 1 << 15;
  static final int BUCKETS = CHARACTER_BUCKETS + WORD_BUCKETS;

  private static final int SHORTEST = 2;
  private static final int LONGEST = 4;
  private static final int PRIME = 0x01000193;
  private static final int PAIR = 0x9E3779B1;

  /** Hears each n-gram as it stands in the text, for explanations. */
  @FunctionalInterface
  interface Located {
    void at(int bucket, int from, int to);
  }

  private Ngrams() {}

  /** Emits the bucket of each n-gram, repeated ones too, in the order of the text. */
  static void locate(char[] text, int length, Located sink) {
    int from = 0;
    while (from < length - 1) {
      int to = from + 1;
      while (text[to] != ' ') {
        to++;
      }
      charactersOf(text, from, to + 1, sink);
      from = to;
    }
    words(text, length, sink);
  }

  private static void charactersOf(char[] text, int from, int to, Located sink) {
    for (int start = from; start < to - 1; start++) {
      int hash = 0;
      int end = Math.min(to, start + LONGEST);
      for (int i = start; i < end; i++) {
        hash = (hash ^ text[i]) * PRIME;
        int size = i - start + 1;
        if (size >= SHORTEST) {
          sink.at(mix(hash + size) & (CHARACTER_BUCKETS - 1), start, i + 1);
        }
      }
    }
  }

  private static void words(char[] text, int length, Located sink) {
    int before = 0;
    int beforeFrom = -1;
    int i = 0;
    while (i < length) {
      if (text[i] == ' ') {
        i++;
        continue;
      }
      int from = i;
      i = wordEnd(text, i, length);
      int hash = hash(text, from, i);
      sink.at(wordBucket(hash), from, i);
      if (beforeFrom >= 0) {
        sink.at(wordBucket(before * PAIR + hash), beforeFrom, i);
      }
      before = hash;
      beforeFrom = from;
    }
  }

  /** The end of the word that begins here; a character that is no letter is a word by itself. */
  static int wordEnd(char[] text, int from, int length) {
    int i = from + 1;
    if (!inWord(text[from])) {
      return i;
    }
    while (i < length && inWord(text[i])) {
      i++;
    }
    return i;
  }

  static boolean inWord(char character) {
    return Character.isLetter(character) || character == '\'';
  }

  static int hash(char[] text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * PRIME;
    }
    return mix(hash);
  }

  private static int wordBucket(int hash) {
    return CHARACTER_BUCKETS + (mix(hash) & (WORD_BUCKETS - 1));
  }

  /** The finaliser of MurmurHash3. */
  private static int mix(int hash) {
    int h = hash ^ (hash >>> 16);
    h *= 0x85EBCA6B;
    h ^= h >>> 13;
    h *= 0xC2B2AE35;
    return h ^ (h >>> 16);
  }

  /** Emits buckets only. */
  static void each(char[] text, int length, IntConsumer sink) {
    locate(text, length, (bucket, from, to) -> sink.accept(bucket));
  }
}
