package io.penstock.broker.http;

import java.util.Optional;

/** An instance that serves. */
public final class AlwaysReady implements Readiness {

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }

  @Override
  public boolean knowsKeys() {
    return true;
  }

  @Override
  public boolean isStopping() {
    return false;
  }
}
