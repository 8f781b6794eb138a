package io.penstock.broker.responses;

/**
 * How the events of a response are numbered, so that each instance gives an event the same number.
 *
 * <p>The first three are {@code created}, {@code queued} and {@code in_progress}. What follows
 * belongs to an edition of the answer: the chunks of one attempt, or its result where chunks were
 * lost. Each edition has numbers of its own, so a number says which edition its reader has seen a
 * part of, and pieces of two editions are never put together. The first attempt's chunks have the
 * numbers right after the first three.
 */
final class EventNumbers {

  static final long CREATED = 0;
  static final long QUEUED = 1;
  static final long IN_PROGRESS = 2;

  private static final long FIRST = 3;

  /** More events than any answer has. */
  private static final long ROOM = 10_000_000;

  /**
   * Which answer the events are made of.
   *
   * @param attempt 1 or more
   * @param fromResult whether they are made of the result although chunks were asked for
   */
  record Edition(int attempt, boolean fromResult) {

    /** The number of its first event. */
    long first() {
      return FIRST + (2L * (attempt - 1) + (fromResult ? 1 : 0)) * ROOM;
    }
  }

  private EventNumbers() {}

  /** Whether a reader that has seen this number has seen a part of an answer. */
  static boolean isOfAnswer(long number) {
    return number >= FIRST;
  }

  /** The edition that a number of an answer belongs to. */
  static Edition editionOf(long number) {
    long index = (number - FIRST) / ROOM;
    return new Edition((int) Math.min(index / 2 + 1, Integer.MAX_VALUE), index % 2 == 1);
  }
}
