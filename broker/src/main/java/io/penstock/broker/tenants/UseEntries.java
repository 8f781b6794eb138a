package io.penstock.broker.tenants;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down when keys were used: at any partition of this instance, so that no call has to go to
 * the key's home for it. A partition keeps an entry of a key only as long as it is the latest of
 * that key. Safe for use by many threads.
 */
public final class UseEntries implements PartitionListener {

  private static final Logger LOG = LoggerFactory.getLogger(UseEntries.class);

  /** What one partition holds: the last use by key. */
  private record Partition(StateWriter writer, Map<String, Instant> uses) {}

  private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();

  @Override
  public OptionalLong taken(Home home) {
    Map<String, Instant> uses =
        new ConcurrentHashMap<>(
            home.read(KeyDocument.USE, entry -> KeyDocument.readUse(entry.document())));
    partitions.put(home.partition(), new Partition(home.writer(), uses));
    return OptionalLong.empty();
  }

  @Override
  public void lost(int partition) {
    partitions.remove(partition);
  }

  /** Notes when a key was used; it does not matter if that fails. Does not block. */
  public void used(String id, Instant at) {
    partitions.values().stream()
        .findFirst()
        .ifPresent(
            partition -> {
              partition.uses().put(id, at);
              write(partition, new StateChange.Put(KeyDocument.use(id, at)));
            });
  }

  /**
   * Removes what says nothing any more: uses of keys that are gone, and uses before one that
   * another partition has.
   *
   * @param keys all keys, once they were read
   */
  public void sweep(ApiKeys keys) {
    for (Partition partition : partitions.values()) {
      for (Map.Entry<String, Instant> use : partition.uses().entrySet()) {
        boolean latest =
            keys.byId(use.getKey()).isPresent()
                && !keys.lastUse(use.getKey()).orElse(Instant.MIN).isAfter(use.getValue());
        if (!latest && partition.uses().remove(use.getKey(), use.getValue())) {
          write(partition, new StateChange.Remove(KeyDocument.USE, use.getKey()));
        }
      }
    }
  }

  private static void write(Partition partition, StateChange change) {
    var _ =
        partition
            .writer()
            .write(List.of(change))
            .exceptionally(
                failed -> {
                  LOG.debug("The use of a key was not written down", failed);
                  return null;
                });
  }
}
