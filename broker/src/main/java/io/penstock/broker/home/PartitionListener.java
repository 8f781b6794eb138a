package io.penstock.broker.home;

import java.util.OptionalLong;

/**
 * Keeps something for the partitions of results that this instance owns, such as the batches that
 * live there.
 *
 * <p>All calls come on one thread, for each partition in the order {@code taken}, {@code result}
 * and {@code upToDate} in turn, {@code lost}. The thread serves all partitions and everybody who
 * waits for a result, so a listener takes notes and leaves work to threads of its own.
 */
public interface PartitionListener {

  /**
   * This instance owns the partition now. The predecessor can write nothing any more, and the
   * home's entries include all it wrote.
   *
   * @return the offset in results from which the listener needs to hear results; empty if what
   *     comes from now on is enough. Where Kafka has deleted that offset, it hears the earliest
   */
  OptionalLong taken(Home home);

  /**
   * A record of results, in the order of the log. It may be one that the listener has heard before,
   * since another listener may have asked for an earlier offset. Many need none.
   */
  default void result(ResultRecord record) {}

  /** All that results held at the take-over was passed. Called once for each take-over. */
  default void upToDate(int partition) {}

  /** The partition belongs to another instance, or to none. Nothing may be written any more. */
  void lost(int partition);
}
