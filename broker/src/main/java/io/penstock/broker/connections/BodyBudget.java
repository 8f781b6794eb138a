package io.penstock.broker.connections;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory that the bodies of all calls in progress may take together. One caller may take half
 * of it, so that something is left for others. Safe for use by many threads.
 */
public final class BodyBudget {

  private final long most;
  private final int largestBody;
  private final Map<String, Long> byCaller = new HashMap<>();
  private long taken;

  /** A part of the budget, until it is given back. */
  public final class Share {

    private final String caller;
    private long bytes;

    private Share(String caller, long bytes) {
      this.caller = caller;
      this.bytes = bytes;
    }

    /** The body has come, and is no larger than this: gives the rest back. */
    public void shrinkTo(long size) {
      synchronized (BodyBudget.this) {
        long left = Math.min(bytes, size);
        release(caller, bytes - left);
        bytes = left;
      }
    }

    /** Gives it back. Later calls change nothing. */
    public void giveBack() {
      shrinkTo(0);
    }
  }

  /**
   * @param most bytes that may be taken at once, 1 or more
   * @param largestBody the most that is kept of one body; what is larger is refused, or streamed
   */
  public BodyBudget(long most, int largestBody) {
    this.most = most;
    this.largestBody = largestBody;
  }

  /**
   * Takes a share. A body larger than what there is for it is let in while its caller has taken
   * nothing else, so that a small budget makes large bodies wait for each other and refuses none
   * for good.
   *
   * @param caller whose body it is
   * @param length of the body in bytes, 0 or more; empty if the client does not say: the most
   * @return empty if it is not to be had now
   */
  public synchronized Optional<Share> take(String caller, OptionalLong length) {
    long bytes = Math.min(length.orElse(largestBody), largestBody);
    long own = byCaller.getOrDefault(caller, 0L);
    boolean fits = own + bytes <= Math.max(1, most / 2) && taken + bytes <= most;
    boolean alone = own == 0 && (taken == 0 || taken + bytes <= most);
    if (bytes > 0 && !fits && !alone) {
      return Optional.empty();
    }
    taken += bytes;
    byCaller.merge(caller, bytes, Long::sum);
    return Optional.of(new Share(caller, bytes));
  }

  private void release(String caller, long bytes) {
    taken -= bytes;
    byCaller.computeIfPresent(caller, (_, own) -> own == bytes ? null : own - bytes);
  }

  /** How many bytes are taken. */
  public synchronized long taken() {
    return taken;
  }
}
