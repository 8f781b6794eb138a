package io.penstock.streams.dispatch.session;

import io.penstock.streams.dispatch.rank.Candidate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The grants that a worker's last demand did not know of yet: what it said of its budgets is to be
 * reduced by them. An instance belongs to one thread.
 */
final class GrantsInFlight {

  private final Deque<Grant> grants = new ArrayDeque<>();
  private long promptTokens;
  private long kvTokens;
  private long listeningSince;

  private record Grant(String key, long sequence, int promptTokens, int kvTokens, long at) {}

  void add(Candidate candidate, long sequence, long nowMicros) {
    grants.add(
        new Grant(
            candidate.key(), sequence, candidate.promptTokens(), candidate.kvTokens(), nowMicros));
    count(candidate.promptTokens(), candidate.kvTokens());
  }

  /** The worker knows of the grants up to this number. */
  void confirmed(long sequence) {
    grants.removeIf(
        grant -> {
          boolean known = grant.sequence() <= sequence;
          if (known) {
            count(-grant.promptTokens(), -grant.kvTokens());
          }
          return known;
        });
  }

  /** Nobody listened to the worker until now. */
  void excuse(long nowMicros) {
    listeningSince = nowMicros;
  }

  /**
   * Forgets and returns the keys of the requests granted before an instant: the grants must be
   * lost.
   *
   * @param before microseconds since the epoch
   */
  List<String> takeOlderThan(long before) {
    List<String> lost = new ArrayList<>(0);
    while (!grants.isEmpty() && Math.max(grants.peekFirst().at(), listeningSince) < before) {
      Grant grant = grants.removeFirst();
      count(-grant.promptTokens(), -grant.kvTokens());
      lost.add(grant.key());
    }
    return lost;
  }

  boolean isEmpty() {
    return grants.isEmpty();
  }

  int size() {
    return grants.size();
  }

  long promptTokens() {
    return promptTokens;
  }

  long kvTokens() {
    return kvTokens;
  }

  private void count(long morePromptTokens, long moreKvTokens) {
    promptTokens += morePromptTokens;
    kvTokens += moreKvTokens;
  }
}
