package io.penstock.compose.input;

/** A file that cannot be read at all; the message names the file, what is wrong and the remedy. */
public final class InputException extends Exception {

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
