package io.penstock.broker.errors;

/** Kafka did not answer, or not in time. It may, if one tries again. */
public final class KafkaUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public KafkaUnavailableException(Throwable cause) {
    super("Kafka did not serve a call: " + cause.getMessage(), cause);
  }
}
