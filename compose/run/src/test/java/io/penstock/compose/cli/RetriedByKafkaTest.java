package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetriedByKafkaTest {

  private static final String SENDER = "org.apache.kafka.clients.producer.internals.Sender";
  private static final String BROKER = "kafka.server.ReplicaManager";
  private static final String RETRYING =
      "Got error produce response with correlation id 7 on topic-partition t-0, retrying (%d"
          + " attempts left). Error: %s";

  private final RetriedByKafka filter = new RetriedByKafka();

  @AfterEach
  void quiet() {
    RetriedByKafka.show(false);
  }

  @Test
  void whatKafkaMendsByItselfIsKeptFromTheConsole() {
    assertThat(decide(SENDER, RETRYING.formatted(9, "OUT_OF_ORDER_SEQUENCE_NUMBER"), null))
        .isEqualTo(FilterReply.DENY);
    assertThat(decide(SENDER, RETRYING.formatted(9, "CONCURRENT_TRANSACTIONS"), null))
        .isEqualTo(FilterReply.DENY);
    assertThat(
            decide(
                BROKER,
                "Error processing append operation on partition t-0",
                new OutOfOrderSequenceException("7 after 3")))
        .isEqualTo(FilterReply.DENY);
  }

  @Test
  void whatIsNotMendedIsShown() {
    assertThat(decide(SENDER, RETRYING.formatted(0, "OUT_OF_ORDER_SEQUENCE_NUMBER"), null))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(SENDER, RETRYING.formatted(9, "NOT_ENOUGH_REPLICAS"), null))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(BROKER, "Error processing", new NotEnoughReplicasException("1 of 2")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("io.penstock.x", "failed: OUT_OF_ORDER_SEQUENCE_NUMBER", null))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  @Test
  void verboseShowsAll() {
    RetriedByKafka.show(true);
    assertThat(decide(SENDER, RETRYING.formatted(9, "CONCURRENT_TRANSACTIONS"), null))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  private FilterReply decide(String logger, String message, @Nullable Throwable error) {
    LoggerContext context = new LoggerContext();
    return filter.decide(
        new LoggingEvent("test", context.getLogger(logger), Level.WARN, message, error, null));
  }
}
