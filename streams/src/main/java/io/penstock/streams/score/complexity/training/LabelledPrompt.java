package io.penstock.streams.score.complexity.training;

import org.jspecify.annotations.Nullable;

/**
 * A prompt and how well each model answered it, at least one of them.
 *
 * @param source where it is from, such as a file's name
 * @param cheap quality of the cheap model's answer, from 0 to 1; null where it is not known
 * @param strong quality of the strong model's answer, from 0 to 1; null where it is not known
 */
public record LabelledPrompt(
    String source, String prompt, @Nullable Double cheap, @Nullable Double strong) {

  public LabelledPrompt {
    requireQuality("weak_correct", cheap);
    requireQuality("strong_correct", strong);
    if (cheap == null && strong == null) {
      throw new IllegalArgumentException(
          "weak_correct and strong_correct are both empty; give one, or leave the row out");
    }
    if (prompt.isBlank()) {
      throw new IllegalArgumentException("prompt is blank; leave the row out");
    }
  }

  private static void requireQuality(String name, @Nullable Double quality) {
    if (quality != null && !(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from 0 to 1".formatted(name, quality));
    }
  }

  /** Returns whether both models' answers are known, so that they can be compared. */
  public boolean paired() {
    return cheap != null && strong != null;
  }

  /** The cheap model's quality, or NaN. */
  public double cheapOrNaN() {
    return cheap == null ? Double.NaN : cheap;
  }

  /** The strong model's quality, or NaN. */
  public double strongOrNaN() {
    return strong == null ? Double.NaN : strong;
  }
}
