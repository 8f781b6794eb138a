package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.extension.Options;

/** Provides {@link BackoffRetries} as {@code backoff}. Its options are the record's components. */
public final class BackoffRetriesProvider implements RetryPolicyProvider {

  @Override
  public String name() {
    return "backoff";
  }

  @Override
  public RetryPolicy create(Options options) {
    BackoffRetries defaults = BackoffRetries.DEFAULT;
    return new BackoffRetries(
        options.take("max-failures", defaults.maxFailures()),
        options.take("max-overloads", defaults.maxOverloads()),
        options.take("max-lost-leases", defaults.maxLostLeases()),
        options.take("max-excuses", defaults.maxExcuses()),
        options.take("first-backoff", defaults.firstBackoff()),
        options.take("longest-backoff", defaults.longestBackoff()),
        options.take("avoidance", defaults.avoidance()),
        options.take("second-opinion", defaults.secondOpinion()));
  }
}
