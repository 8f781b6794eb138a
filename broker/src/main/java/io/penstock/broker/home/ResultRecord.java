package io.penstock.broker.home;

import io.penstock.schemas.InferenceResult;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * A record of the results topic.
 *
 * @param partition where it lies
 * @param offset its place in the partition
 * @param appendedAt the log's time
 * @param result what it says; with a {@code repetition} it is no result of its own
 */
public record ResultRecord(int partition, long offset, Instant appendedAt, InferenceResult result) {

  /** Whether this is the one result of its request, and not the answer to a repeated id. */
  public boolean isFirst() {
    return result.getRepetition().isEmpty();
  }

  /** The size of its body in bytes; 0 if it has none. */
  public long bodyBytes() {
    return bodyBytes(result);
  }

  /** The size of a result's body in bytes; 0 if it has none. */
  public static long bodyBytes(InferenceResult result) {
    return result.getBody().map(ByteBuffer::remaining).orElse(0);
  }
}
