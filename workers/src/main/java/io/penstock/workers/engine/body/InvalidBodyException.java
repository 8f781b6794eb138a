package io.penstock.workers.engine.body;

import io.penstock.workers.engine.EngineReply;

/**
 * A request body that no engine could run. It has no stack trace, since it is an answer and not a
 * bug.
 */
public final class InvalidBodyException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * Refuses a body.
   *
   * @param field the field at fault, such as {@code body.input[3]}
   * @param message what is wrong with it and what remedies it
   */
  public InvalidBodyException(String field, String message) {
    super(message, null, false, false);
    this.field = field;
  }

  public String field() {
    return field;
  }

  public EngineReply.Failed reply() {
    return EngineReply.Failed.invalid(field, field + " " + getMessage());
  }
}
