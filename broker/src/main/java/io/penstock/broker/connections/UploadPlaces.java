package io.penstock.broker.connections;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How many bodies are taken into the store at once: each has a file open, or a part of an object in
 * memory. One tenant may have half of the places, so that something is left for others. Safe for
 * use by many threads.
 */
public final class UploadPlaces {

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final int most;
  private final Duration patience;
  private final Map<String, Integer> byTenant = new HashMap<>();
  private int taken;

  /** A place, until it is closed. */
  public final class Place implements AutoCloseable {

    private final String tenant;

    private Place(String tenant) {
      this.tenant = tenant;
    }

    @Override
    public void close() {
      giveBack(tenant);
    }
  }

  /**
   * @param most how many there are, 1 or more
   * @param patience how long a call waits for one
   */
  public UploadPlaces(int most, Duration patience) {
    this.most = most;
    this.patience = patience;
  }

  /**
   * Waits for a place.
   *
   * @throws ApiException with 503 if there is none in time
   */
  public synchronized Place take(String tenant) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (taken == most || byTenant.getOrDefault(tenant, 0) >= Math.max(1, most / 2)) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        throw new ApiException(
            ApiError.unavailable("Too many uploads are in progress; try again soon.", PAUSE));
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    taken++;
    byTenant.merge(tenant, 1, Integer::sum);
    return new Place(tenant);
  }

  private synchronized void giveBack(String tenant) {
    taken--;
    byTenant.computeIfPresent(tenant, (_, own) -> own == 1 ? null : own - 1);
    notifyAll();
  }
}
