package io.penstock.schemas.models;

/** Another publisher changed the registry at the same time; look again and repeat the change. */
public final class ConcurrentModelChangeException extends RuntimeException {

  public ConcurrentModelChangeException(Throwable cause) {
    super(
        "another publisher is changing the model registry; nothing was changed, try again", cause);
  }
}
