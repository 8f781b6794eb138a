package io.penstock.streams.dispatch.shard;

import java.time.Duration;

/**
 * Slots of each worker that are left free for requests that somebody waits for. Runs of batch that
 * begin together end together, so on a worker full of batch an interactive request waits for up to
 * a whole run, however high it ranks. Likewise on workers full of one tenant's interactive requests
 * another's waits for the next that ends, though it goes first. So batch leaves some slots to
 * others, and of these all leave some to interactive requests of {@code LightTenants}. Slots are
 * set aside only while such requests of the model come: a worker that has nothing but batch is full
 * of it.
 *
 * @param share of a worker's slots, rounded down, 0 for none and below 1; a worker of few slots
 *     sets none aside
 * @param most slots to set aside, 0 or more: what comes at once does not grow with the worker. Of
 *     64 slots, 8 instead of 4 cost a fleet in overload 0.3 points of interactive requests in time
 * @param lightShare of those set aside, rounded down, for light tenants alone, 0 to 1
 * @param memory how long after such a request was granted more of the model are expected, not
 *     negative
 */
public record SlotReserve(double share, int most, double lightShare, Duration memory) {

  public static final SlotReserve DEFAULT = new SlotReserve(0.125, 4, 0.25, Duration.ofSeconds(30));

  public SlotReserve {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "reserve.share is %s; it must be 0 or more and below 1".formatted(share));
    }
    if (most < 0) {
      throw new IllegalArgumentException(
          "reserve.most is %d; it must be 0 or more".formatted(most));
    }
    if (!(lightShare >= 0 && lightShare <= 1)) {
      throw new IllegalArgumentException(
          "reserve.lightShare is %s; it must be from 0 to 1".formatted(lightShare));
    }
    if (memory.isNegative()) {
      throw new IllegalArgumentException(
          "reserve.memory is %s; it must not be negative".formatted(memory));
    }
  }

  /** Returns how many of so many slots batch leaves. */
  int of(int slots) {
    return Math.min(most, (int) (slots * share));
  }

  /** Returns how many of these are left to light tenants. */
  int lightOf(int slots) {
    return (int) (of(slots) * lightShare);
  }
}
