package io.penstock.broker.batches;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of all homes as their last checkpoints have them, as this instance has read them from
 * the front topic. Safe for use by many threads.
 */
public final class BatchDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(BatchDirectory.class);

  private static final Comparator<Batch> OLDEST_FIRST =
      Comparator.<Batch, java.time.Instant>comparing(batch -> batch.order().createdAt())
          .thenComparing(batch -> batch.order().id());

  private volatile Map<String, Batch> batches = new ConcurrentHashMap<>();

  /** What is being read; the same once all was read. */
  private Map<String, Batch> reading = batches;

  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

  /** All entries follow anew; what is known stays until then. */
  void beginning() {
    reading = new ConcurrentHashMap<>();
  }

  /** All entries were passed. */
  void upToDate() {
    batches = reading;
  }

  /**
   * Receives an entry.
   *
   * @param document null where it was removed
   */
  void entry(String id, byte @Nullable [] document) {
    if (document == null) {
      reading.remove(id);
      unreadable.remove(id);
      return;
    }
    try {
      reading.put(id, BatchCodec.decode(document));
      unreadable.remove(id);
    } catch (IllegalArgumentException damaged) {
      unreadable.add(id);
      LOG.warn("Ignoring the record of batch {}: {}", id, damaged.getMessage());
    }
  }

  /** The batches that have not ended. */
  Set<String> running() {
    return batches.values().stream()
        .filter(batch -> !batch.status().isTerminal())
        .map(batch -> batch.order().id())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether there are records that this instance cannot read, such as a later version's. */
  boolean lacksSome() {
    return !unreadable.isEmpty();
  }

  /** The batch that a call under this key has made. */
  Optional<Batch> repeated(String tenant, String key) {
    return batches.values().stream()
        .filter(batch -> batch.order().tenant().equals(tenant))
        .filter(batch -> key.equals(batch.order().origin().repeatKey()))
        .findFirst();
  }

  /** Any tenant's batch. */
  Optional<Batch> find(String id) {
    return Optional.ofNullable(batches.get(id));
  }

  /** A tenant's batches that an API shows, the oldest first. */
  public List<Batch> of(String tenant, BatchOrigin.Api api) {
    return batches.values().stream()
        .filter(batch -> batch.order().tenant().equals(tenant))
        .filter(batch -> batch.order().origin().api() == api)
        .sorted(OLDEST_FIRST)
        .toList();
  }
}
