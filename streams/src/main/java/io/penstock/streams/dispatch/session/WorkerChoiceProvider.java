package io.penstock.streams.dispatch.session;

import io.penstock.schemas.extension.ExtensionProvider;
import io.penstock.schemas.extension.Options;

/** Makes the choice of worker that {@code dispatch.shard.choice} names. */
public interface WorkerChoiceProvider extends ExtensionProvider {

  /**
   * Creates the policy.
   *
   * @throws IllegalArgumentException if an option has a wrong value
   */
  WorkerChoice create(Options options);
}
