package io.penstock.broker.connections;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies of all calls in progress may take together. Safe for use by many
 * threads.
 */
public final class BodyBudget {

  private final long most;
  private final int largestBody;
  private final AtomicLong taken = new AtomicLong();

  /** A part of the budget, until it is given back. */
  public final class Share {

    private final long bytes;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Share(long bytes) {
      this.bytes = bytes;
    }

    /** Gives it back. Later calls change nothing. */
    public void giveBack() {
      if (returned.compareAndSet(false, true)) {
        long _ = taken.addAndGet(-bytes);
      }
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
   * Takes a share. A body larger than the whole budget is let in while nothing else is taken, so
   * that a small budget makes large bodies wait for each other and refuses none for good.
   *
   * @param length of the body in bytes, 0 or more; empty if the client does not say: the most
   * @return empty if it is not to be had now
   */
  public Optional<Share> take(OptionalLong length) {
    long bytes = Math.min(length.orElse(largestBody), largestBody);
    while (true) {
      long now = taken.get();
      if (now > 0 && now + bytes > most) {
        return Optional.empty();
      }
      if (taken.compareAndSet(now, now + bytes)) {
        return Optional.of(new Share(bytes));
      }
    }
  }

  /** How many bytes are taken. */
  public long taken() {
    return taken.get();
  }
}
