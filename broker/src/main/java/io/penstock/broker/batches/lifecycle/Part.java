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
}
