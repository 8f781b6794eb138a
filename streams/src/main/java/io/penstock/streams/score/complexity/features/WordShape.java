package io.penstock.streams.score.complexity.features;

import java.util.ArrayList;
import java.util.List;

/** Measures how long the words and sentences of a normalised prompt are, and what words it uses. */
final class WordShape {

  static final List<String> NAMES = names();

  private static final int LONG_WORD = 8;

  private final int[] categories = new int[WordCategories.NAMES.size()];
  private int words;
  private int longWords;
  private int letters;

  private WordShape() {}

  static WordShape of(char[] text, int length) {
    WordShape shape = new WordShape();
    int i = 0;
    while (i < length) {
      int from = i;
      i = Ngrams.wordEnd(text, i, length);
      if (Ngrams.inWord(text[from])) {
        shape.words++;
        shape.letters += i - from;
        shape.longWords += i - from >= LONG_WORD ? 1 : 0;
        int category = WordCategories.of(Ngrams.hash(text, from, i));
        if (category != WordCategories.NONE) {
          shape.categories[category]++;
        }
      }
    }
    return shape;
  }

  int put(int sentences, double[] into, int at) {
    int i = at;
    double all = Math.max(1, words);
    into[i++] = Math.log1p(words);
    into[i++] = words / (1.0 + sentences);
    into[i++] = letters / all;
    into[i++] = longWords / all;
    into[i++] = categories[0] / all;
    for (int category = 1; category < categories.length; category++) {
      into[i++] = Math.log1p(categories[category]);
    }
    return i;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    names.add("words");
    names.add("words a sentence");
    names.add("letters a word");
    names.add("long words' share");
    names.add("common words' share");
    names.addAll(WordCategories.NAMES.subList(1, WordCategories.NAMES.size()));
    return List.copyOf(names);
  }
}
