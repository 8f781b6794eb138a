package io.penstock.broker.batches.run;

import io.penstock.broker.limits.Limiter;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Holds the lines of batches to the limits of the keys that made them. */
@FunctionalInterface
public interface LineLimits {

  /**
   * Takes what a line may use.
   *
   * @param keyId the API key that made the batch
   * @param batchId whose line it is
   * @param tokens estimates the most tokens of the line; asked only if the key has limits
   * @return what is settled when the line ends; empty while the line has to wait
   */
  Optional<Limiter.Admission> take(String keyId, String batchId, LongSupplier tokens);
}
