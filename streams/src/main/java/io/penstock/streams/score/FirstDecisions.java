package io.penstock.streams.score;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Remembers what was first decided about each request id, for a retention. Kept in RocksDB: its
 * windows expire by whole segments, where Kafka's in-memory window store walks every time stamp of
 * the retention to find a key.
 *
 * <p>Times are scoring's own clock, never a record's: one record from the future would otherwise
 * make the store forget everything.
 */
final class FirstDecisions {

  static final String STORE = "first-decisions";

  /** A clock set back by less than this loses nothing. */
  private static final Duration CLOCK_SLACK = Duration.ofDays(1);

  private final WindowStore<String, FirstDecision> store;
  private final Duration retention;

  FirstDecisions(WindowStore<String, FirstDecision> store, Duration retention) {
    this.store = store;
    this.retention = retention;
  }

  static StoreBuilder<WindowStore<String, FirstDecision>> builder(Duration retention) {
    return Stores.windowStoreBuilder(
            Stores.persistentWindowStore(STORE, retention, Duration.ofMillis(1), false),
            Serdes.String(),
            FirstDecision.serde())
        .withCachingDisabled();
  }

  Optional<FirstDecision> of(String id, Instant now) {
    try (WindowStoreIterator<FirstDecision> found =
        store.fetch(id, now.minus(retention), now.plus(CLOCK_SLACK))) {
      return found.hasNext() ? Optional.of(found.next().value) : Optional.empty();
    }
  }

  void remember(String id, FirstDecision decision, Instant now) {
    store.put(id, decision, now.toEpochMilli());
  }
}
