package io.penstock.broker.home;

/**
 * Kafka did not say whether it took what was written, and this instance writes to the partition no
 * longer. What it names must stay, for it may last.
 */
public final class UnknownWriteException extends HomeException {

  private static final long serialVersionUID = 1;

  public UnknownWriteException(int partition, Throwable cause) {
    super("it is not known whether partition %d took what was written".formatted(partition), cause);
  }
}
