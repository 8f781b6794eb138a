package io.penstock.workers.engine.simulated;

/**
 * The speed of one engine on its GPUs: straight-line fits to published measurements.
 *
 * <p>A decode step of {@code b} sequences that hold {@code r} tokens between them takes {@code
 * decodeBaseMillis + decodePerSequenceMillis * b + decodePerKvTokenMillis * r}: reading the
 * weights, the work per sequence, and reading the KV cache. Processing {@code p} prompt tokens
 * takes {@code p / prefillTokensPerSecond}. This is the linear cost model of the VTC, Splitwise and
 * SageServe studies, whose measurements the shipped numbers fit.
 *
 * @param name the profile's name, such as {@code llama3.1-8b_a100tp2}
 * @param prefillTokensPerSecond above 0; infinite: prompts take no time
 * @param decodeBaseMillis 0 or more
 * @param decodePerSequenceMillis 0 or more
 * @param decodePerKvTokenMillis 0 or more
 * @param kvCapacityTokens tokens the KV cache holds, 1 or more
 * @param maxBatch the most sequences running at once, 1 or more
 * @param source where the numbers come from
 */
public record GpuProfile(
    String name,
    double prefillTokensPerSecond,
    double decodeBaseMillis,
    double decodePerSequenceMillis,
    double decodePerKvTokenMillis,
    long kvCapacityTokens,
    int maxBatch,
    String source) {

  public GpuProfile {
    if (name.isBlank()) {
      throw new IllegalArgumentException("profile: the name is blank");
    }
    if (!(prefillTokensPerSecond > 0)) {
      throw wrong(name, "prefill_tokens_per_s", "must be above 0", prefillTokensPerSecond);
    }
    notNegative(name, "decode_base_ms", decodeBaseMillis);
    notNegative(name, "decode_per_sequence_ms", decodePerSequenceMillis);
    notNegative(name, "decode_per_kv_token_ms", decodePerKvTokenMillis);
    if (kvCapacityTokens < 1) {
      throw wrong(name, "kv_capacity_tokens", "must be 1 or more", kvCapacityTokens);
    }
    if (maxBatch < 1) {
      throw wrong(name, "max_batch", "must be 1 or more", maxBatch);
    }
  }

  /** Seconds one token takes for each of {@code batch} sequences. */
  public double decodeStepSeconds(int batch, long residentTokens) {
    return (decodeBaseMillis
            + decodePerSequenceMillis * batch
            + decodePerKvTokenMillis * residentTokens)
        / 1000;
  }

  /** Seconds to process prompt tokens. */
  public double prefillSeconds(long tokens) {
    return tokens / prefillTokensPerSecond;
  }

  private static void notNegative(String name, String column, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw wrong(name, column, "must be 0 or more", value);
    }
  }

  private static IllegalArgumentException wrong(
      String name, String column, String rule, Number value) {
    return new IllegalArgumentException(
        "profile " + name + ": " + column + " " + rule + ", but is " + value);
  }
}
