package io.penstock.streams.control.rollout;

/**
 * The requests that remain with a variant that gets no new ones.
 *
 * @param drained whether it is known that nothing is, anywhere
 * @param waiting requests that wait for it, deferred ones included, as each partition last said
 * @param leased requests at its workers, likewise
 * @param silent partitions that have said nothing lately, so that what they hold is not known
 */
public record Drain(boolean drained, long waiting, long leased, int silent) {

  /** Nobody has looked. */
  public static final Drain UNKNOWN = new Drain(false, 0, 0, 0);

  /** Returns what it is known to have. */
  public long busy() {
    return waiting + leased;
  }
}
