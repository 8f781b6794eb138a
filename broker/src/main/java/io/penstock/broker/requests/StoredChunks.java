package io.penstock.broker.requests;

import io.penstock.schemas.TokenChunk;
import java.time.Instant;
import java.util.List;

/** Where the chunks of answers are kept for a while. Safe for use by many threads. */
@FunctionalInterface
public interface StoredChunks {

  /**
   * The chunks of a request that are kept, in the order of the log; none if they were deleted. What
   * is written while this reads may be among them or not.
   *
   * @param home the request's home partition
   * @param since no chunk that is wanted is older; the closer, the sooner this is done
   */
  List<TokenChunk> read(int home, String tenant, String id, Instant since)
      throws InterruptedException;
}
