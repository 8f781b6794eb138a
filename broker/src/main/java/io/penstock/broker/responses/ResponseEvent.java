package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An event of a response's stream.
 *
 * @param number its {@code sequence_number}
 * @param type such as {@code response.output_text.delta}
 * @param json the event as it is sent
 */
public record ResponseEvent(long number, String type, ObjectNode json) {

  /** Whether the answer has begun with it. */
  public boolean isOfAnswer() {
    return EventNumbers.isOfAnswer(number);
  }

  /** What is sent. */
  public byte[] bytes() {
    return ResponseJsonMapper.write(json);
  }
}
