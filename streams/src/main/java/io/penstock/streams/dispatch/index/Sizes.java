package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;

/** Prompt sizes in halves of powers of two: within one, prompts differ by less than a half. */
final class Sizes {

  /** Two for each power of two, up to 2^20 tokens; all longer prompts share the last. */
  static final int COUNT = 42;

  private Sizes() {}

  static int of(Candidate candidate) {
    int tokens = candidate.promptTokens();
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(tokens);
    int upperHalf = tokens >> Math.max(0, bits - 2) & 1;
    return Math.min(2 * bits + upperHalf, COUNT - 1);
  }
}
