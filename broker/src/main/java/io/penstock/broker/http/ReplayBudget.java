package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory that all streams together may take for chunks that were read from the log again and
 * are not sent yet. A tenant may take no more than the others leave free: one alone takes half, and
 * each that comes later finds some room. Safe for use by many threads.
 */
final class ReplayBudget {

  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** What a chunk takes beside its data, in bytes. */
  private static final long OVERHEAD = 256;

  /** The text of an answer is in several of the last events. */
  private static final long TIMES_SENT = 4;

  private final long mostBytes;
  private final Map<String, Long> byTenant = new HashMap<>();
  private long taken;

  /**
   * @param mostBytes how much there may be at once; a single stream may take more
   */
  ReplayBudget(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** What one stream has taken. Closing gives it back; later calls change nothing. */
  static final class Share implements AutoCloseable {

    private final ReplayBudget budget;
    private final String tenant;
    private long left;

    private Share(ReplayBudget budget, String tenant, long bytes) {
      this.budget = budget;
      this.tenant = tenant;
      this.left = bytes;
    }

    /** That of a stream that has read nothing again. */
    static Share none() {
      return new Share(new ReplayBudget(0), "", 0);
    }

    /** Gives back what this chunk took. */
    void sent(TokenChunk chunk) {
      budget.giveBack(this, bytes(chunk));
    }

    @Override
    public void close() {
      budget.giveBack(this, Long.MAX_VALUE);
    }
  }

  /**
   * Takes what these chunks need, and the events of a result.
   *
   * @param result its size in bytes; 0 if there is none
   * @throws ApiException with 429 if the tenant's other streams have too much, and with 503 if all
   *     together have
   */
  synchronized Share take(String tenant, List<TokenChunk> chunks, long result) {
    long bytes = chunks.stream().mapToLong(ReplayBudget::bytes).sum() + TIMES_SENT * result;
    if (bytes == 0) {
      return new Share(this, tenant, 0);
    }
    long own = byTenant.getOrDefault(tenant, 0L);
    if (own > 0 && bytes > mostBytes - (taken + bytes) - own) {
      throw new ApiException(
          new ApiError(
                  429,
                  "requests",
                  "too_many_replays",
                  "You are reading too many responses from their beginning here; read some of them"
                      + " to their end, and try again.",
                  Optional.empty(),
                  Map.of())
              .retryAfter(PAUSE));
    }
    if (taken > 0 && bytes > mostBytes - taken) {
      throw new ApiException(
          ApiError.unavailable(
              "Too many responses are being read from their beginning here; try again in a moment.",
              PAUSE));
    }
    taken += bytes;
    byTenant.merge(tenant, bytes, Long::sum);
    return new Share(this, tenant, bytes);
  }

  private synchronized void giveBack(Share share, long most) {
    long bytes = Math.min(share.left, most);
    share.left -= bytes;
    taken -= bytes;
    byTenant.computeIfPresent(share.tenant, (_, own) -> own == bytes ? null : own - bytes);
  }

  private static long bytes(TokenChunk chunk) {
    return OVERHEAD + chunk.getData().remaining();
  }

  /** How much is taken, in bytes. */
  synchronized long taken() {
    return taken;
  }
}
