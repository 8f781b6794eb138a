package io.penstock.compose.cli;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A topic's records as bytes, those of committed transactions only. An instance belongs to one
 * thread.
 */
interface TopicLog {

  /** The place where reading begins. */
  sealed interface Start {
    /** Begins with the oldest record kept. */
    record Beginning() implements Start {}

    /** Begins with the next record written. */
    record End() implements Start {}

    /** Begins with the first record whose timestamp is not before this. */
    record At(Instant time) implements Start {}
  }

  /** One record. */
  record Entry(
      String topic,
      int partition,
      long offset,
      Instant timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value) {}

  /** Takes records in the order of their partitions. */
  @FunctionalInterface
  interface Visitor {
    /** Takes one record and says whether to go on. */
    boolean visit(Entry entry);
  }

  /** Reads up to what is the end at the time of the call. */
  void read(String topic, Start start, Visitor visitor);

  /** Reads on for ever, until the visitor has enough or the thread is interrupted. */
  void follow(String topic, Start start, Visitor visitor);

  /** The record at this offset, or empty if the log holds it no longer or not yet. */
  Optional<Entry> at(String topic, int partition, long offset);
}
