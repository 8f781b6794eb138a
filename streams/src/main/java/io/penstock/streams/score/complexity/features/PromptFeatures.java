package io.penstock.streams.score.complexity.features;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The features of one prompt: counts of hashed n-grams and figures of its shape. A scratch pad that
 * is read again and again, used by one thread.
 */
public final class PromptFeatures {

  /** Buckets of n-grams, of characters below {@link #CHARACTER_BUCKETS} and of words above. */
  public static final int BUCKETS = Ngrams.BUCKETS;

  public static final int CHARACTER_BUCKETS = Ngrams.CHARACTER_BUCKETS;

  /** The names of the figures of shape, in their order. */
  public static final List<String> SHAPE_NAMES = PromptShape.NAMES;

  private final BucketCounts counts = new BucketCounts();
  private final double[] shape = new double[PromptShape.SIZE];
  private char[] text = new char[1024];
  private int length;

  /** Reads a prompt; what was read before is forgotten. */
  public void read(CharSequence prompt) {
    CharSequence bounded = PromptText.bounded(prompt);
    if (text.length < bounded.length() + 2) {
      text = new char[Math.max(bounded.length() + 2, 2 * text.length)];
    }
    length = PromptText.normalise(bounded, text);
    counts.clear();
    Ngrams.each(text, length, counts::add);
    PromptShape.put(prompt.length(), bounded, text, length, shape);
  }

  /** Returns how many different buckets occur. */
  public int size() {
    return counts.size();
  }

  /** The i-th bucket in order of first occurrence. */
  public int bucket(int i) {
    return counts.bucket(i);
  }

  /** Returns how often a bucket occurs. */
  public int count(int bucket) {
    return counts.count(bucket);
  }

  /** The i-th figure of shape. */
  public double shape(int i) {
    return shape[i];
  }

  /** An n-gram for each bucket that occurs, the first where several share it. */
  public Map<Integer, String> texts() {
    Map<Integer, String> texts = new LinkedHashMap<>();
    Ngrams.locate(
        text,
        length,
        (bucket, from, to) ->
            texts.computeIfAbsent(bucket, b -> new String(text, from, to - from)));
    return texts;
  }
}
