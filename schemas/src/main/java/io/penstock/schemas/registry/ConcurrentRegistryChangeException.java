package io.penstock.schemas.registry;

/** Somebody else changed a registry at the same time; look again and repeat the change. */
public final class ConcurrentRegistryChangeException extends RuntimeException {

  public ConcurrentRegistryChangeException(Throwable cause) {
    super(
        "somebody else is changing the models or the routing; nothing was changed, try again",
        cause);
  }
}
