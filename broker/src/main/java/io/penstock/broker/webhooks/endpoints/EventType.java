package io.penstock.broker.webhooks.endpoints;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be heard by webhook. The names of batches and responses are OpenAI's. */
public enum EventType {
  BATCH_COMPLETED("batch.completed"),
  BATCH_FAILED("batch.failed"),
  BATCH_EXPIRED("batch.expired"),
  BATCH_CANCELLED("batch.cancelled"),
  RESPONSE_COMPLETED("response.completed"),
  RESPONSE_FAILED("response.failed"),
  RESPONSE_CANCELLED("response.cancelled"),
  RESPONSE_INCOMPLETE("response.incomplete"),
  REQUEST_SUCCEEDED("request.succeeded"),
  REQUEST_FAILED("request.failed"),
  REQUEST_CANCELLED("request.cancelled"),
  REQUEST_EXPIRED("request.expired");

  private final String wire;

  EventType(String wire) {
    this.wire = wire;
  }

  /** The name in JSON. */
  public String wire() {
    return wire;
  }

  public static Optional<EventType> of(String wire) {
    return Arrays.stream(values()).filter(each -> each.wire.equals(wire)).findFirst();
  }

  /** All names, for a message. */
  public static String all() {
    return Arrays.stream(values()).map(EventType::wire).collect(Collectors.joining(", "));
  }
}
