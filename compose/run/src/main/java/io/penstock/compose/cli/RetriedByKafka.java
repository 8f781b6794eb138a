package io.penstock.compose.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;

/**
 * Keeps from the console what Kafka reports under load and mends by itself: a batch that came
 * before its turn, and a transaction that waits for the one before it. Both are retried, and what
 * is not mended fails with an error of its own, which is shown. With --verbose nothing is kept
 * back.
 */
public final class RetriedByKafka extends Filter<ILoggingEvent> {

  private static final List<String> MENDED =
      List.of("OUT_OF_ORDER_SEQUENCE_NUMBER", "CONCURRENT_TRANSACTIONS");

  private static final List<String> MENDED_ERRORS =
      List.of(
          "org.apache.kafka.common.errors.OutOfOrderSequenceException",
          "org.apache.kafka.common.errors.ConcurrentTransactionsException");

  private static volatile boolean shown;

  /** Whether to show them all the same. */
  static void show(boolean newShown) {
    shown = newShown;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    return !shown && isMended(event) ? FilterReply.DENY : FilterReply.NEUTRAL;
  }

  private static boolean isMended(ILoggingEvent event) {
    return switch (event.getLoggerName()) {
      case "org.apache.kafka.clients.producer.internals.Sender" ->
          event.getLevel() == Level.WARN && retried(event.getFormattedMessage());
      case "kafka.server.ReplicaManager" -> refusedOnce(event.getThrowableProxy());
      default -> false;
    };
  }

  private static boolean retried(String message) {
    return message.contains("retrying (")
        && !message.contains("retrying (0 attempts left)")
        && MENDED.stream().anyMatch(message::contains);
  }

  /** The broker's side of it: the producer is told, and sends the batch again. */
  private static boolean refusedOnce(IThrowableProxy error) {
    return error != null && MENDED_ERRORS.contains(error.getClassName());
  }
}
