package io.penstock.broker.errors;

import java.io.IOException;

/** The body of a call ended early: its caller hung up, or was cut off. Nobody reads an answer. */
public final class CallerGoneException extends IOException {

  private static final long serialVersionUID = 1;

  public CallerGoneException(IOException cause) {
    super("the body of the call ended early: " + cause.getMessage(), cause);
  }
}
