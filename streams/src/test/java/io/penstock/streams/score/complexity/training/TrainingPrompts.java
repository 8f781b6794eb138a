package io.penstock.streams.score.complexity.training;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Made-up prompts: the cheap model mostly fails those that ask for a proof. */
public final class TrainingPrompts {

  private TrainingPrompts() {}

  public static List<LabelledPrompt> some(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LabelledPrompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean hard = random.nextBoolean();
      int number = random.nextInt(1000);
      String text =
          hard
              ? "Prove the theorem about lemma %d, unless it is false.".formatted(number)
              : "What colour has flower number %d in the garden?".formatted(number);
      boolean surprise = random.nextInt(10) == 0;
      prompts.add(new LabelledPrompt("made", text, hard == surprise ? 1.0 : 0.0, 1.0));
    }
    return prompts;
  }
}
