package io.penstock.streams.dispatch.index;

/**
 * The time until which a waiting request is not offered.
 *
 * @param until microseconds since the epoch
 * @param deferred whether the request itself is not to be leased before; else it backs off
 */
public record Delay(long until, boolean deferred) {

  public static final Delay NONE = new Delay(Long.MIN_VALUE, false);

  /** Whichever holds longer. */
  public static Delay of(long backoffUntil, long deferredUntil) {
    return deferredUntil > backoffUntil
        ? new Delay(deferredUntil, true)
        : new Delay(backoffUntil, false);
  }
}
