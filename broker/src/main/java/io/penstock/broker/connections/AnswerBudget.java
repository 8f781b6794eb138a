package io.penstock.broker.connections;

import io.penstock.broker.connections.TenantShares.Taking;

/**
 * The memory that answers take which clients have not read yet: whole ones, and what is kept of
 * streams. Tenants share it as {@link TenantShares} says. A little of each answer is free, since
 * the connection itself takes more. Safe for use by many threads.
 */
public final class AnswerBudget {

  /** So many bytes of each answer count for nothing. */
  public static final int FREE_BYTES = 16 * 1024;

  private final TenantShares bytes;

  /**
   * @param most bytes that may be taken at once, 1 or more; a single answer may take more
   */
  public AnswerBudget(long most) {
    this.bytes = new TenantShares(most);
  }

  /** Opens the account of one answer. */
  public Account open(String tenant) {
    return new Account(tenant);
  }

  /** How many bytes are taken. */
  public long taken() {
    return bytes.taken();
  }

  /** What one answer takes. Closing it gives all back; from then on nothing counts any more. */
  public final class Account implements AutoCloseable {

    private final String tenant;
    private long held;
    private boolean closed;

    private Account(String tenant) {
      this.tenant = tenant;
    }

    /** How many bytes of the answer are in memory. */
    public synchronized long held() {
      return held;
    }

    /** Takes memory for so many bytes more, or none. */
    public synchronized Taking take(long more) {
      if (closed) {
        return Taking.TAKEN;
      }
      Taking taking = bytes.take(tenant, counted(held + more) - counted(held));
      if (taking == Taking.TAKEN) {
        held += more;
      }
      return taking;
    }

    /** Gives back what so many bytes have taken. */
    public synchronized void giveBack(long read) {
      if (!closed) {
        bytes.giveBack(tenant, counted(held) - counted(held - read));
        held -= read;
      }
    }

    @Override
    public synchronized void close() {
      giveBack(held);
      closed = true;
    }
  }

  private static long counted(long held) {
    return Math.max(0, held - FREE_BYTES);
  }
}
