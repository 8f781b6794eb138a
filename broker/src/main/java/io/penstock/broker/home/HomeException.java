package io.penstock.broker.home;

/** This instance cannot do it for the home in question; another can, or this one soon. */
public abstract sealed class HomeException extends RuntimeException
    permits HomeLostException, NoHomeException, UnknownWriteException {

  private static final long serialVersionUID = 1;

  HomeException(String message) {
    super(message);
  }

  HomeException(String message, Throwable cause) {
    super(message, cause);
  }
}
