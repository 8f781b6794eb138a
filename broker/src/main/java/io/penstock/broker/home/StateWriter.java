package io.penstock.broker.home;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes the entries of one partition of the front topic, as its owner alone can: a successor's
 * take-over fences this writer off. Safe for use by many threads.
 */
public interface StateWriter {

  /** The partition. */
  int partition();

  /**
   * A number that is greater at each take-over of the partition: the epoch of its transactional id.
   * What a predecessor wrote elsewhere, such as a part of a file, can be told from one's own by it.
   */
  long epoch();

  /**
   * Writes these changes together, all or none, after those of earlier calls.
   *
   * @return completed once they last; exceptionally with {@link HomeLostException} if another
   *     instance has taken the partition, and with {@link IllegalArgumentException} if an entry is
   *     too large; nothing was written then. With {@link UnknownWriteException} if it may have been
   */
  CompletableFuture<Void> write(List<StateChange> changes);
}
