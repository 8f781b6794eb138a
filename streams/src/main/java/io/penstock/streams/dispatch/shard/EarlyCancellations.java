package io.penstock.streams.dispatch.shard;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how many cancellations of unknown requests a shard notes. Each stays in its store as long
 * as the memory of finished requests, whether or not the request ever comes, and whoever may cancel
 * can make up ids. So a tenant may have {@value #OF_TENANT} noted at once and as many more in a
 * day, and all together {@value #OF_ALL}; beyond that a cancellation of an unknown request is
 * ignored, while one of a known request is always obeyed. The counts are kept in memory, so a
 * restart begins with the full number.
 *
 * <p>An instance belongs to one thread.
 */
final class EarlyCancellations {

  static final int OF_TENANT = 100_000;
  static final int OF_ALL = 200_000;
  private static final int TENANTS = 1_000;
  private static final double DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final Allowance all = new Allowance(OF_ALL);
  private final Map<String, Allowance> tenants =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
          return size() > TENANTS;
        }
      };

  /** Returns whether one more may be noted. */
  boolean open(String tenant, Instant now) {
    Allowance own = tenants.get(tenant);
    return all.left(now) >= 1 && (own == null || own.left(now) >= 1);
  }

  /** Notes a cancellation that came before its request. */
  void count(String tenant, Instant now) {
    all.take(now);
    tenants.computeIfAbsent(tenant, ignored -> new Allowance(OF_TENANT)).take(now);
  }

  /** Fills up evenly within a day. */
  private static final class Allowance {

    private final int most;
    private double left;
    private long atMillis = Long.MIN_VALUE;

    Allowance(int most) {
      this.most = most;
      this.left = most;
    }

    double left(Instant now) {
      long millis = now.toEpochMilli();
      if (atMillis != Long.MIN_VALUE && millis > atMillis) {
        left = Math.min(most, left + most * ((millis - atMillis) / DAY_MILLIS));
      }
      atMillis = Math.max(atMillis, millis);
      return left;
    }

    void take(Instant now) {
      left = left(now) - 1;
    }
  }
}
