package io.penstock.streams.dispatch.move;

import io.penstock.streams.dispatch.session.Speeds;

/**
 * Work of a target, and how long its workers need for it.
 *
 * @param promptTokens to be read
 * @param outputTokens to be generated
 */
public record Work(double promptTokens, double outputTokens) {

  public static final Work NONE = new Work(0, 0);

  public Work plus(Work other) {
    return new Work(promptTokens + other.promptTokens, outputTokens + other.outputTokens);
  }

  /**
   * Seconds that workers need for it: they read prompts all together, and generate in all slots.
   *
   * @param prefillTokensPerSecond of all together, or 0 if unknown
   * @param decodeTokensPerSecond of one sequence, or 0 if unknown
   * @param workers 1 or more
   * @param slots of all together
   * @param assumed speeds of one worker where they are unknown
   */
  public double seconds(
      double prefillTokensPerSecond,
      double decodeTokensPerSecond,
      int workers,
      int slots,
      Speeds assumed) {
    double prefill =
        prefillTokensPerSecond > 0
            ? prefillTokensPerSecond
            : workers * assumed.prefillTokensPerSecond();
    double decode =
        decodeTokensPerSecond > 0 ? decodeTokensPerSecond : assumed.decodeTokensPerSecond();
    return promptTokens / prefill + outputTokens / (decode * Math.max(1, slots));
  }
}
