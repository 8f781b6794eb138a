package io.penstock.streams.score.identity;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;

/**
 * Shares what the instances of this process remember of ids, each of its class. An id that was used
 * on one class's topic is thereby known on the topics of the others. All classes have an id in the
 * same partition; what another process holds is not seen.
 *
 * <p>This class is thread-safe. Whoever looks an id up and remembers what it decides holds the id's
 * lock over both.
 */
public final class SharedMemory {

  /** Few threads compete, so few ids share a lock by chance. */
  private static final int LOCKS = 64;

  private final Lock[] locks = new Lock[LOCKS];
  private final Map<ServiceClass, Partitions> classes = new ConcurrentHashMap<>();
  private final Duration retention;

  /** The memories of one class, by partition. */
  @FunctionalInterface
  public interface Partitions {

    /**
     * The memory of a partition.
     *
     * @throws InvalidStateStoreException if this process does not hold it now
     */
    ReadOnlyWindowStore<String, FirstDecision> of(int partition);
  }

  /**
   * Starts without the memory of any class.
   *
   * @param retention how long ids are remembered
   */
  public SharedMemory(Duration retention) {
    this.retention = retention;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Lets others see from now on what this class remembers. */
  public void share(ServiceClass serviceClass, Partitions partitions) {
    classes.put(serviceClass, partitions);
  }

  /** The lock of an id. */
  public Lock lockOf(String key) {
    return locks[Math.floorMod(key.hashCode(), LOCKS)];
  }

  /** Returns what another class decided about an id, unless that left it free. */
  public Optional<FirstDecision> elsewhere(
      ServiceClass asking, int partition, String key, Instant now) {
    for (Map.Entry<ServiceClass, Partitions> each : classes.entrySet()) {
      if (each.getKey() != asking) {
        Optional<FirstDecision> found = in(each.getValue(), partition, key, now);
        if (found.isPresent() && !found.get().leavesIdFree()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<FirstDecision> in(
      Partitions partitions, int partition, String key, Instant now) {
    try {
      return FirstDecisions.in(partitions.of(partition), key, retention, now);
    } catch (InvalidStateStoreException | IllegalStateException notHere) {
      // Another process has it, or it is on its way, or this process is stopping.
      return Optional.empty();
    }
  }
}
