package io.penstock.streams.score;

/**
 * The largest values that Kafka will take, keys, headers and batch overhead already subtracted.
 *
 * @param workBytes in the work topics
 * @param deadLetterBytes in the dead-letters topic
 */
public record RecordLimits(int workBytes, int deadLetterBytes) {

  /** Room for a key, the trace headers and a record batch's own bytes. */
  static final int OVERHEAD_BYTES = 8 * 1024;

  public RecordLimits {
    if (workBytes < 1 || deadLetterBytes < 1) {
      throw new IllegalArgumentException(
          "topics take values of %d and %d bytes; raise max.message.bytes above %d"
              .formatted(workBytes, deadLetterBytes, OVERHEAD_BYTES));
    }
  }

  /**
   * @param workMessage the least {@code max.message.bytes} of the work topics
   * @param deadLetterMessage that of the dead-letters topic
   */
  static RecordLimits ofMessages(int workMessage, int deadLetterMessage) {
    return new RecordLimits(workMessage - OVERHEAD_BYTES, deadLetterMessage - OVERHEAD_BYTES);
  }

  /** Returns what a producer must be willing to send. */
  int maxRequestBytes() {
    return Math.max(workBytes, deadLetterBytes) + OVERHEAD_BYTES;
  }
}
