package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.extension.ExtensionProvider;
import io.penstock.schemas.extension.Options;

/** Makes the rank policy that {@code dispatch.shard.rank} names. */
public interface RankPolicyProvider extends ExtensionProvider {

  /**
   * Creates the policy.
   *
   * @throws IllegalArgumentException if an option has a wrong value
   */
  RankPolicy create(Options options);
}
