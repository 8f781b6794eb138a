package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What waits for one model in one class: by prompt size in halves of powers of two, and in each
 * size by the objective for the first token. Requests whose objective has passed stand apart, by
 * age, so that they are not in the way of those that can still make it.
 */
final class ClassQueue {

  /** Two sizes for each power of two, up to 2^20 tokens; all longer prompts share the last. */
  private static final int SIZES = 42;

  /** Heads of each lane that the worker could take. */
  private static final int DEPTH = 4;

  /** Requests of each lane looked at for them: many that it could not take must cost no more. */
  private static final int LOOK = 64;

  private static final Comparator<Candidate> BY_OBJECTIVE =
      Comparator.comparingLong(Candidate::firstTokenBy).thenComparing(Candidate::id);
  private static final Comparator<Candidate> BY_AGE =
      Comparator.comparingLong(Candidate::acceptedAt).thenComparing(Candidate::id);

  private final Lane[] hopeful = lanes(BY_OBJECTIVE);
  private final Lane[] late = lanes(BY_AGE);
  private int size;
  private long promptTokens;
  private long kvTokens;

  /** Requests of one size. */
  private record Lane(NavigableSet<Candidate> queue) {}

  void add(Candidate candidate) {
    if (hopeful[sizeOf(candidate)].queue().add(candidate)) {
      count(candidate, 1);
    }
  }

  void remove(Candidate candidate) {
    int size = sizeOf(candidate);
    if (hopeful[size].queue().remove(candidate) || late[size].queue().remove(candidate)) {
      count(candidate, -1);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  void heads(WorkerView worker, RankPolicy rank, long nowMicros, Predicate<Candidate> visitor) {
    for (int size = 0; size < SIZES; size++) {
      NavigableSet<Candidate> queue = hopeful[size].queue();
      setLateApart(queue, late[size].queue(), nowMicros);
      if (!queue.isEmpty()) {
        show(queue, visitor);
        showFeasible(queue, worker, rank, nowMicros, visitor);
      }
      show(late[size].queue(), visitor);
    }
  }

  ClassCensus census(String model, ServiceClass serviceClass) {
    long oldest = Long.MAX_VALUE;
    for (int size = 0; size < SIZES; size++) {
      oldest = Math.min(oldest, acceptedFirst(hopeful[size].queue()));
      oldest = Math.min(oldest, acceptedFirst(late[size].queue()));
    }
    return new ClassCensus(
        model, serviceClass, this.size, oldest, promptTokens, kvTokens - promptTokens);
  }

  private static void setLateApart(
      NavigableSet<Candidate> from, NavigableSet<Candidate> to, long nowMicros) {
    while (!from.isEmpty() && from.first().firstTokenBy() < nowMicros) {
      to.add(from.pollFirst());
    }
  }

  /** Where the head cannot make its objective on this worker, a later one of its size may. */
  private static void showFeasible(
      NavigableSet<Candidate> queue,
      WorkerView worker,
      RankPolicy rank,
      long nowMicros,
      Predicate<Candidate> visitor) {
    Candidate head = queue.first();
    long ready = rank.readyMicros(head.promptTokens(), worker, nowMicros);
    if (head.firstTokenBy() < ready) {
      show(queue.tailSet(objective(ready), true), visitor);
    }
  }

  private static void show(SequencedSet<Candidate> queue, Predicate<Candidate> visitor) {
    int taken = 0;
    int looked = 0;
    for (Candidate candidate : queue) {
      taken += visitor.test(candidate) ? 1 : 0;
      looked++;
      if (taken == DEPTH || looked == LOOK) {
        return;
      }
    }
  }

  private static long acceptedFirst(NavigableSet<Candidate> queue) {
    return queue.isEmpty() ? Long.MAX_VALUE : queue.first().acceptedAt();
  }

  private void count(Candidate candidate, int sign) {
    size += sign;
    promptTokens += (long) sign * candidate.promptTokens();
    kvTokens += (long) sign * candidate.kvTokens();
  }

  private static int sizeOf(Candidate candidate) {
    int tokens = candidate.promptTokens();
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(tokens);
    int upperHalf = tokens >> Math.max(0, bits - 2) & 1;
    return Math.min(2 * bits + upperHalf, SIZES - 1);
  }

  /** A probe that stands before every request with this objective. */
  private static Candidate objective(long firstTokenBy) {
    return new Candidate("", "", ServiceClass.INTERACTIVE, "", 0, firstTokenBy, 0, 1, 1, null, 0);
  }

  private static Lane[] lanes(Comparator<Candidate> order) {
    Lane[] lanes = new Lane[SIZES];
    for (int size = 0; size < SIZES; size++) {
      lanes[size] = new Lane(new TreeSet<>(order));
    }
    return lanes;
  }
}
