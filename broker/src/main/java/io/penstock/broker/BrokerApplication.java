package io.penstock.broker;

import io.micronaut.runtime.Micronaut;

/** The HTTP front. For now it answers for its health and shows its metrics. */
public final class BrokerApplication {

  private BrokerApplication() {}

  /** Serves until the process is told to end. */
  public static void main(String[] args) {
    Micronaut.run(BrokerApplication.class, args);
  }
}
