package io.penstock.broker.settings;

import java.time.Duration;

/**
 * What is kept of stored responses, so that they can be fetched again.
 *
 * @param retention how long a response can be fetched; its answer only while the results are kept,
 *     which {@code topics.resultRetention} says
 * @param mostStored how many are kept for each partition that an instance owns; beyond it the
 *     oldest that have ended are forgotten. A tenant may have as many under way as all leave free,
 *     so half of it at most
 * @param mostStoredBytes how much memory their parameters and input may take for each partition
 *     that an instance owns, in bytes; beyond it the oldest that have ended are forgotten
 */
public record ResponseSettings(Duration retention, int mostStored, int mostStoredBytes) {

  /** As long as OpenAI keeps them. */
  public static final ResponseSettings DEFAULT =
      new ResponseSettings(Duration.ofDays(30), 20_000, 32 * 1024 * 1024);

  public ResponseSettings {
    Bounds.require("retention", retention, Duration.ofMinutes(1), Duration.ofDays(3650));
    Bounds.require("mostStored", mostStored, 10, 10_000_000);
    Bounds.require("mostStoredBytes", mostStoredBytes, 1024 * 1024, 1024 * 1024 * 1024);
  }
}
