package io.penstock.broker.tenants;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The keys as calls need them. Their uses are noted, and written down at most once in a while for
 * each key. Safe for use by many threads.
 */
public final class KeyUses {

  private static final Duration SELDOM = Duration.ofMinutes(1);

  private final Supplier<ApiKeys> keys;
  private final BiConsumer<String, Instant> write;
  private final Map<String, Instant> written = new ConcurrentHashMap<>();

  /**
   * @param write writes down when a key was used; must not block
   */
  public KeyUses(Supplier<ApiKeys> keys, BiConsumer<String, Instant> write) {
    this.keys = keys;
    this.write = write;
  }

  public Optional<ApiKey> valid(String presented, Instant now) {
    return keys.get().valid(presented, now);
  }

  /** Notes that a key was used. */
  public void used(ApiKey key, Instant now) {
    keys.get().used(key.id(), now);
    Instant latest =
        written.compute(
            key.id(),
            (_, before) -> before == null || before.plus(SELDOM).isBefore(now) ? now : before);
    if (latest.equals(now)) {
      write.accept(key.id(), now);
    }
  }
}
