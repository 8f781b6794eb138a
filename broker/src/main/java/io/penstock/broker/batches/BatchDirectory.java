package io.penstock.broker.batches;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of all homes as their last checkpoints have them, as this instance has read them from
 * the front topic. Safe for use by many threads.
 */
final class BatchDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(BatchDirectory.class);

  private static final Comparator<Batch> OLDEST_FIRST =
      Comparator.<Batch, java.time.Instant>comparing(batch -> batch.order().createdAt())
          .thenComparing(batch -> batch.order().id());

  private volatile Map<String, Batch> batches = new ConcurrentHashMap<>();

  /** What is being read; the same once all was read. */
  private Map<String, Batch> reading = batches;

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
      return;
    }
    try {
      reading.put(id, BatchCodec.decode(document));
    } catch (IllegalArgumentException damaged) {
      LOG.warn("Ignoring the record of batch {}: {}", id, damaged.getMessage());
    }
  }

  /** A tenant's batches, the oldest first. */
  List<Batch> of(String tenant) {
    return batches.values().stream()
        .filter(batch -> batch.order().tenant().equals(tenant))
        .sorted(OLDEST_FIRST)
        .toList();
  }
}
