package io.penstock.broker.batches.run;

import java.time.Duration;

/**
 * How batches are run.
 *
 * @param grace how long what waits or runs is awaited once a batch was cancelled or its window has
 *     closed
 * @param outputRetention how long output and error files are kept where a batch does not say
 * @param batchRetention how long a finished batch can be looked up
 */
public record BatchSettings(Duration grace, Duration outputRetention, Duration batchRetention) {

  public static final BatchSettings DEFAULT =
      new BatchSettings(Duration.ofMinutes(2), Duration.ofDays(30), Duration.ofDays(90));

  public BatchSettings {
    requirePositive("grace", grace);
    requirePositive("outputRetention", outputRetention);
    requirePositive("batchRetention", batchRetention);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("%s is %s; it must be positive".formatted(name, value));
    }
  }
}
