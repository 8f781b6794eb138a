package io.penstock.streams.score.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Remembers what was first decided about each tenant's request id, for a retention. The store is in
 * RocksDB: its windows expire by whole segments, where Kafka's in-memory window store walks every
 * time stamp of the retention to find a key.
 *
 * <p>Times are scoring's own clock, never a record's: one record from the future would otherwise
 * make the store forget everything.
 */
public final class FirstDecisions {

  public static final String STORE = "first-decisions";

  /** A clock set back by less than this loses nothing. */
  private static final Duration CLOCK_SLACK = Duration.ofDays(1);

  private final WindowStore<String, FirstDecision> store;
  private final Duration retention;

  public FirstDecisions(WindowStore<String, FirstDecision> store, Duration retention) {
    this.store = store;
    this.retention = retention;
  }

  public static StoreBuilder<WindowStore<String, FirstDecision>> builder(Duration retention) {
    return Stores.windowStoreBuilder(
            Stores.persistentWindowStore(STORE, retention, Duration.ofMillis(1), false),
            Serdes.String(),
            FirstDecision.serde())
        .withCachingDisabled();
  }

  /**
   * The decision that later records follow: the latest one, since an id that a refusal left free
   * gets another.
   *
   * @param key a {@link io.penstock.schemas.ids.RequestKey}
   */
  public Optional<FirstDecision> of(String key, Instant now) {
    return in(store, key, retention, now);
  }

  static Optional<FirstDecision> in(
      ReadOnlyWindowStore<String, FirstDecision> store,
      String key,
      Duration retention,
      Instant now) {
    try (WindowStoreIterator<FirstDecision> found =
        store.backwardFetch(key, now.minus(retention), now.plus(CLOCK_SLACK))) {
      return found.hasNext() ? Optional.of(found.next().value) : Optional.empty();
    }
  }

  /**
   * Remembers a decision.
   *
   * @param before what was known of the id, which this replaces even if the clock was set back
   */
  public void remember(
      String key, FirstDecision decision, Optional<FirstDecision> before, Instant now) {
    long at = now.toEpochMilli();
    if (before.isPresent() && before.get() instanceof FirstDecision.Refused refused) {
      at = Math.max(at, refused.at().toEpochMilli() + 1);
    }
    store.put(key, decision, at);
  }
}
