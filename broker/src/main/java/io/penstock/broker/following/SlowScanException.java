package io.penstock.broker.following;

/** A topic holds more than could be read in the time that there was. */
public final class SlowScanException extends RuntimeException {

  private static final long serialVersionUID = 1;

  SlowScanException(String message) {
    super(message);
  }
}
