package io.penstock.broker.limits;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The batches of one key whose next line has to wait, in the order in which they began to. What the
 * first one waits for is kept free of the lines of the others: otherwise small lines of one batch
 * would for ever take what a large line of another needs. For use by one thread.
 */
final class LineTurns {

  /** A batch that has not asked for so long waits for something else, or has ended. */
  private static final long FORGOTTEN_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * What a line takes of its key's limits.
   *
   * @param tokens of those in a minute
   * @param queued of those that may wait and run at once
   */
  record Need(long tokens, long queued) {}

  private record Waiting(Need need, long seenNanos) {}

  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /** What has to stay free when a line of that batch is let in; empty if it is its turn. */
  Optional<Need> keptFree(String batchId, long nanos) {
    Iterator<Map.Entry<String, Waiting>> each = waiting.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<String, Waiting> first = each.next();
      if (first.getKey().equals(batchId)) {
        return Optional.empty();
      }
      if (nanos - first.getValue().seenNanos() <= FORGOTTEN_NANOS) {
        return Optional.of(first.getValue().need());
      }
      each.remove();
    }
    return Optional.empty();
  }

  /** A line of that batch has to wait. The batch keeps its place if it has one. */
  void refused(String batchId, Need need, long nanos) {
    waiting.put(batchId, new Waiting(need, nanos));
  }

  /** A line of that batch was let in: its next one waits behind those of other batches. */
  void admitted(String batchId) {
    waiting.remove(batchId);
  }
}
