package io.penstock.workers.engine;

/** Codes of failures on which other parts than the engine act. */
public final class FailureCodes {

  /** The engine, or the provider behind it, takes no more requests for a while: a 429. */
  public static final String RATE_LIMITED = "engine_rate_limited";

  /** The engine has too much to do: a 503 or 529. */
  public static final String OVERLOADED = "engine_overloaded";

  private FailureCodes() {}
}
