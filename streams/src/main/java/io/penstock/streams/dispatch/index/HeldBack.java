package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;

/**
 * The requests that wait for one target in one class and are not offered now. An instance belongs
 * to one thread.
 */
final class HeldBack {

  private int backingOff;
  private int deferred;
  private long promptTokens;
  private long outputTokens;

  void add(Candidate candidate, Delay delay) {
    count(candidate, delay, 1);
  }

  void remove(Candidate candidate, Delay delay) {
    count(candidate, delay, -1);
  }

  private void count(Candidate candidate, Delay delay, int sign) {
    if (delay.deferred()) {
      deferred += sign;
    } else {
      backingOff += sign;
      promptTokens += (long) sign * candidate.promptTokens();
      outputTokens += (long) sign * (candidate.kvTokens() - candidate.promptTokens());
    }
  }

  boolean isEmpty() {
    return backingOff == 0 && deferred == 0;
  }

  int backingOff() {
    return backingOff;
  }

  int deferred() {
    return deferred;
  }

  /** Prompt tokens of the requests that back off. */
  long promptTokens() {
    return promptTokens;
  }

  /** Predicted output tokens of the requests that back off. */
  long outputTokens() {
    return outputTokens;
  }
}
