package io.penstock.broker.home;

/** This instance owns the partition no longer. Its next owner goes on. */
public final class HomeLostException extends HomeException {

  private static final long serialVersionUID = 1;

  public HomeLostException(int partition) {
    super("partition %d belongs to another instance now".formatted(partition));
  }

  public HomeLostException(int partition, Throwable cause) {
    super("partition %d belongs to another instance now".formatted(partition), cause);
  }
}
