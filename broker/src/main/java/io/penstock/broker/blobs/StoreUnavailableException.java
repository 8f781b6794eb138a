package io.penstock.broker.blobs;

import java.io.IOException;

/** The store does not answer, or not in time. It may, if one tries again. */
public final class StoreUnavailableException extends IOException {

  private static final long serialVersionUID = 1;

  public StoreUnavailableException(String message) {
    super(message);
  }

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
