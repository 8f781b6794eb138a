package io.penstock.streams.score;

import io.penstock.streams.score.hash.StableHash;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.Optional;

/** Recognises prompts that begin alike, whose prefill an engine's prefix cache may save. */
final class PrefixHash {

  /** About 256 tokens of English: a prefix worth a cache hit. The unit is UTF-16 code units. */
  static final int BLOCK = 1_024;

  private PrefixHash() {}

  /**
   * Returns the hash of the first block of the prompt's text. It is empty for embeddings, for
   * several prompts and for a prompt shorter than the block.
   */
  static Optional<Long> of(ParsedRequest request) {
    if (!request.endpoint().generates() || request.body().prompts().size() != 1) {
      return Optional.empty();
    }
    StableHash hash = new StableHash();
    int wanted = BLOCK;
    for (String text : request.body().prompts().getFirst().texts()) {
      int taken = Math.min(wanted, text.length());
      hash.addUnits(text, taken);
      wanted -= taken;
      if (wanted == 0) {
        return Optional.of(hash.value());
      }
    }
    return Optional.empty();
  }
}
