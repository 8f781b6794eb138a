package io.penstock.compose.bench.protocol;

/** What must hold at every step of a simulation. */
public enum Invariant {
  ONE_RESULT("each accepted id has at most one terminal result"),
  RESULT_EXPLAINED("a result follows from what happened: an answer, a cancellation, a deadline"),
  NO_LEASE_AFTER_END("a request is not leased once it has ended or was cancelled"),
  ONE_ATTEMPT("a request has one lease at a time, in one shard, with a number greater than before"),
  WITHIN_WINDOW("a session is granted no more than it asked for, in sequence"),
  WITHIN_SLOTS("a worker holds, and may still be sent, no more than its slots"),
  BATCH_ADDS_UP("a batch's counts, parts and lines add up, each line exactly once"),
  NOTHING_WAITS("every accepted request ends while there is capacity, and every batch"),
  NO_FAILURE("no part throws what it does not declare");

  private final String text;

  Invariant(String text) {
    this.text = text;
  }

  /** The sentence that must be true. */
  public String text() {
    return text;
  }
}
