package io.penstock.broker.ownership;

import io.penstock.broker.home.StateEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The entry that counts the owners of a partition. Each new owner writes it first. What an owner
 * writes elsewhere has its epoch in its name, so no epoch may ever come again.
 */
final class OwnerEpoch {

  private static final String KIND = "home-epoch";

  private OwnerEpoch() {}

  /** The key of a partition's entry. */
  static String key(int partition) {
    return StateEntry.key(KIND, Integer.toString(partition));
  }

  static StateEntry entry(int partition, long epoch) {
    return new StateEntry(
        KIND, Integer.toString(partition), Long.toString(epoch).getBytes(StandardCharsets.UTF_8));
  }

  /** Stands for an entry that cannot be read. */
  static StateEntry damaged(int partition) {
    return new StateEntry(KIND, Integer.toString(partition), new byte[0]);
  }

  /**
   * The epoch of the next owner. Where the count of owners is lost, it is the time in milliseconds:
   * more than owners were ever counted, and more than any earlier time.
   *
   * @param before the latest entry; null if the partition had no owner
   */
  static long next(@Nullable StateEntry before, Instant now) {
    if (before == null) {
      return 1;
    }
    try {
      long epoch = Long.parseLong(new String(before.document(), StandardCharsets.UTF_8));
      return epoch > 0 && epoch < Long.MAX_VALUE ? epoch + 1 : now.toEpochMilli();
    } catch (NumberFormatException damaged) {
      return now.toEpochMilli();
    }
  }
}
