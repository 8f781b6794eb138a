package io.penstock.broker.requests;

import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.schemas.InferenceResult;
import java.util.Optional;

/** Where results are kept. Safe for use by many threads. */
@FunctionalInterface
public interface StoredResults {

  /** The result at a place; empty if it is kept no longer. Blocks for some milliseconds. */
  Optional<InferenceResult> read(ResultPlace place) throws InterruptedException;
}
