package io.penstock.workers.engine.embedding;

/**
 * The embedding engine's configuration.
 *
 * @param threads inference threads, each busy with one request: 1 or more. Each uses one core; more
 *     than there are cores only costs memory
 * @param maxInputs the most texts in one request, 1 to 2048, as with OpenAI
 * @param maxInputCharacters the longest text looked at, 1 or more; one of more tokens than the
 *     model reads is refused in any case
 */
public record EmbeddingConfig(int threads, int maxInputs, int maxInputCharacters) {

  public static final int MAX_INPUTS = 2048;

  /** The limit is far above what the model reads. It bounds the time to tokenize. */
  public static final int DEFAULT_MAX_INPUT_CHARACTERS = 32_768;

  public EmbeddingConfig {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, but is " + threads);
    }
    if (maxInputs < 1 || maxInputs > MAX_INPUTS) {
      throw new IllegalArgumentException(
          "max-inputs must be 1 to " + MAX_INPUTS + ", but is " + maxInputs);
    }
    if (maxInputCharacters < 1) {
      throw new IllegalArgumentException(
          "max-input-characters must be 1 or more, but is " + maxInputCharacters);
    }
  }

  /** Uses all cores but one, which Kafka needs, and at least one. */
  public static EmbeddingConfig defaults() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    return new EmbeddingConfig(threads, MAX_INPUTS, DEFAULT_MAX_INPUT_CHARACTERS);
  }

  public EmbeddingConfig withThreads(int newThreads) {
    return new EmbeddingConfig(newThreads, maxInputs, maxInputCharacters);
  }
}
