package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.extension.ExtensionProvider;
import io.penstock.schemas.extension.Options;

/** Makes the retry policy that {@code dispatch.shard.retries} names. */
public interface RetryPolicyProvider extends ExtensionProvider {

  /**
   * Creates the policy.
   *
   * @throws IllegalArgumentException if an option has a wrong value
   */
  RetryPolicy create(Options options);
}
