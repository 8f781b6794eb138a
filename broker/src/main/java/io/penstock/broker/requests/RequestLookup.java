package io.penstock.broker.requests;

import java.util.Optional;

/** Finds requests that are not remembered one by one. Safe for use by many threads. */
@FunctionalInterface
public interface RequestLookup {

  /**
   * A tenant's request; empty if there is none of this id.
   *
   * @throws io.penstock.broker.errors.ApiException if it has ended and its answer is elsewhere
   */
  Optional<KnownRequest> find(String tenant, String id);
}
