package io.penstock.streams.score.complexity.training;

/**
 * A prompt and how well each model answered it.
 *
 * @param source where it is from, such as a file's name
 * @param cheap quality of the cheap model's answer, from 0 to 1
 * @param strong quality of the strong model's answer, from 0 to 1
 */
public record LabelledPrompt(String source, String prompt, double cheap, double strong) {

  public LabelledPrompt {
    requireQuality("weak_correct", cheap);
    requireQuality("strong_correct", strong);
    if (prompt.isBlank()) {
      throw new IllegalArgumentException("prompt is blank; leave the row out");
    }
  }

  private static void requireQuality(String name, double quality) {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from 0 to 1".formatted(name, quality));
    }
  }
}
