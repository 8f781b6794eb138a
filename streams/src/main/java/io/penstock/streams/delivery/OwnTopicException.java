package io.penstock.streams.delivery;

/**
 * Penstock's own topic of results as JSON takes nothing, so delivery waits and tries again: no
 * tenant can repair it, and a copy that became a dead letter would never be made.
 */
final class OwnTopicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OwnTopicException(String topic, Trouble trouble) {
    super("results cannot be copied to %s, which %s".formatted(topic, remedy(trouble)));
  }

  private static String remedy(Trouble trouble) {
    return switch (trouble) {
      case MISSING -> "does not exist; create it with as many partitions as the results topic";
      case NOT_AUTHORISED ->
          "the delivery job may not write to; give its principal WRITE and DESCRIBE";
      case UNAVAILABLE -> "took no record in time; look at its brokers and its replicas in sync";
      case REFUSED, TOO_LARGE, NOT_ALLOWED, UNREADABLE ->
          "refused a record; compare its settings with those of the results topic";
    };
  }
}
