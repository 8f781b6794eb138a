package io.penstock.streams.dispatch.topology;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Makes a Streams task take the records of one topic before those of another. A task takes the
 * record with the lowest timestamp first, so a backlog of old work would hold up every new demand
 * and outcome: shifting a topic's timestamps back puts it ahead. The shifted timestamp orders the
 * intake and nothing else; what is written gets the time of writing.
 */
enum Urgency implements TimestampExtractor {
  OUTCOMES(6),
  DEMAND(5),
  CONTROL(4),
  TRANSFERS(3),
  INTERACTIVE(2),
  /** Stands with interactive work in the order of time, so that a flood of them starves nothing. */
  CANCELLATIONS(2),
  STANDARD(1),
  BATCH(0);

  /** The step is longer than any backlog, so that topics never mix. */
  private static final long STEP_MILLIS = Duration.ofDays(365).toMillis();

  private final int steps;

  Urgency(int steps) {
    this.steps = steps;
  }

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    // A client may have stamped its record with anything; a negative one would be dropped.
    return Math.max(0, record.timestamp() - steps * STEP_MILLIS);
  }
}
