package io.penstock.streams.dispatch.rank;

/**
 * The facts of the asking worker that a rank may use.
 *
 * @param workerId the worker
 * @param prefillTokensPerSecond how fast it reads prompts, positive
 * @param decodeTokensPerSecond how fast it generates one sequence, positive
 * @param queuedPrefillTokens prompt tokens it was given and has not read yet
 * @param running requests with it now
 * @param slots requests it can run at once, 1 or more
 */
public record WorkerView(
    String workerId,
    double prefillTokensPerSecond,
    double decodeTokensPerSecond,
    long queuedPrefillTokens,
    int running,
    int slots) {

  private static final double MICROS_PER_SECOND = 1e6;

  /** Microseconds until a prompt of this length, given now, has been read. */
  public long prefillMicros(int promptTokens) {
    return (long)
        ((queuedPrefillTokens + promptTokens) / prefillTokensPerSecond * MICROS_PER_SECOND);
  }

  /**
   * Microseconds until the first token of a prompt of this length, given now: an engine that
   * decodes meanwhile spends one decode step on each chunk of prompt, and one on the token.
   *
   * @param chunkTokens prompt tokens read between two decode steps, 1 or more
   */
  public long firstTokenMicros(int promptTokens, int chunkTokens) {
    double steps = (double) (queuedPrefillTokens + promptTokens) / chunkTokens + 1;
    return prefillMicros(promptTokens) + (long) (steps / decodeTokensPerSecond * MICROS_PER_SECOND);
  }

  /** Microseconds that reading a prompt of this length takes by itself. */
  public long ownPrefillMicros(int promptTokens) {
    return (long) (promptTokens / prefillTokensPerSecond * MICROS_PER_SECOND);
  }

  /** Microseconds until this candidate, given now, is expected to have finished. */
  public long finishMicros(Candidate candidate) {
    int outputTokens = candidate.kvTokens() - candidate.promptTokens();
    return prefillMicros(candidate.promptTokens())
        + (long) (outputTokens / decodeTokensPerSecond * MICROS_PER_SECOND);
  }
}
