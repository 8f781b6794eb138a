package io.penstock.broker.batches.lifecycle;

/**
 * A piece of an output or error file. Its name has the writer's epoch, so no two owners write the
 * same one.
 *
 * @param epoch of the owner that wrote it
 * @param sequence which of that owner's parts it is
 * @param bytes how long it is, 1 or more
 */
public record Part(long epoch, long sequence, long bytes) {

  /** The last segment of its blob's name. */
  public String name() {
    return "%d-%d.jsonl".formatted(epoch, sequence);
  }

  /**
   * The epoch in a blob's name.
   *
   * @throws IllegalArgumentException if it is not the name of a part
   */
  public static long epochIn(String blob) {
    String name = blob.substring(blob.lastIndexOf('/') + 1);
    return Long.parseLong(name.substring(0, Math.max(0, name.indexOf('-'))));
  }
}
