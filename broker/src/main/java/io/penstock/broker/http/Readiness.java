package io.penstock.broker.http;

import java.util.Optional;

/** What this instance can do at the moment. Safe for use by many threads. */
public interface Readiness {

  /** What is wrong; empty if it can serve. */
  Optional<String> problem();

  /** Whether it has read all API keys once. */
  boolean knowsKeys();

  /** Whether it takes no new calls, since it is about to end. */
  boolean isStopping();
}
