package io.penstock.broker.batches.run;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;

/**
 * Gives a few places to each tenant, in the order in which they were asked for. Whoever leaves,
 * also before it has its place, lets the next one of its tenant in and wakes nobody else. Safe for
 * use by many threads; no method waits.
 */
final class TenantPlaces {

  private final int most;
  private final Map<String, Places> tenants = new HashMap<>();
  private boolean closed;

  /** One tenant's. */
  private static final class Places {
    private int taken;
    private final SequencedSet<Place> waiting = new LinkedHashSet<>();
  }

  /** One place, asked for or given. */
  static final class Place {

    private final String tenant;
    private final CompletableFuture<Void> given = new CompletableFuture<>();

    private Place(String tenant) {
      this.tenant = tenant;
    }

    /** Completed once it is given, or all are closed. */
    CompletableFuture<Void> given() {
      return given;
    }
  }

  /**
   * @param most how many places each tenant has
   */
  TenantPlaces(int most) {
    this.most = most;
  }

  /** Asks for a place. Whoever asks must {@link #leave} it, given or not. */
  synchronized Place enter(String tenant) {
    Place place = new Place(tenant);
    Places places = tenants.computeIfAbsent(tenant, _ -> new Places());
    places.waiting.add(place);
    if (closed) {
      place.given.complete(null);
    } else {
      give(places);
    }
    return place;
  }

  synchronized void leave(Place place) {
    Places places = tenants.get(place.tenant);
    if (!places.waiting.remove(place)) {
      places.taken--;
    }
    if (!closed) {
      give(places);
    }
    if (places.taken == 0 && places.waiting.isEmpty()) {
      tenants.remove(place.tenant);
    }
  }

  private void give(Places places) {
    while (places.taken < most && !places.waiting.isEmpty()) {
      places.taken++;
      places.waiting.removeFirst().given.complete(null);
    }
  }

  /** Lets nobody wait from now on. */
  synchronized void close() {
    closed = true;
    for (Places places : tenants.values()) {
      places.waiting.forEach(each -> each.given.complete(null));
    }
  }

  /** How many tenants have or want a place. */
  synchronized int tenants() {
    return tenants.size();
  }
}
