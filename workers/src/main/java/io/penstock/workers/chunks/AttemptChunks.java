package io.penstock.workers.chunks;

import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * Numbers the chunks of one attempt: from 0 without a gap, END last and once. A chunk that cannot
 * be published breaks the stream: END says so in its place, and nothing follows. Not thread-safe.
 */
final class AttemptChunks {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final Lease lease;
  private int next;
  private boolean ended;

  AttemptChunks(Lease lease) {
    this.lease = lease;
  }

  /** The next piece as a record; empty after the end. */
  Optional<TokenChunk> delta(byte[] data, Instant now) {
    return ended
        ? Optional.empty()
        : Optional.of(record(now).setKind(ChunkKind.DELTA).setData(ByteBuffer.wrap(data)).build());
  }

  /** The piece that was made last will be published, and its number is used up. */
  void taken() {
    next++;
  }

  /** The end as a record; empty if it was there before. */
  Optional<TokenChunk> end(ChunkEnd how, Instant now) {
    if (ended) {
      return Optional.empty();
    }
    ended = true;
    return Optional.of(record(now).setKind(ChunkKind.END).setData(NOTHING).setEnd(how).build());
  }

  /**
   * Returns how the stream of an attempt with this outcome ends. An engine may answer without
   * streaming.
   */
  ChunkEnd endOf(OutcomeKind outcome) {
    return switch (outcome) {
      case SUCCEEDED -> next == 0 ? ChunkEnd.BROKEN : ChunkEnd.COMPLETE;
      case FAILED -> ChunkEnd.FAILED;
      case CANCELLED -> ChunkEnd.CANCELLED;
      case RELEASED -> ChunkEnd.RELEASED;
    };
  }

  private TokenChunk.Builder record(Instant now) {
    return TokenChunk.newBuilder()
        .setId(lease.getRequestId())
        .setTenant(lease.getTenant())
        .setAttempt(lease.getAttempt())
        .setSequence(next)
        .setCreatedAt(now);
  }
}
