package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all streams together may take for chunks that were read from the log again and
 * are not sent yet. Safe for use by many threads.
 */
final class ReplayBudget {

  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** What a chunk takes beside its data, in bytes. */
  private static final int OVERHEAD = 256;

  private final long mostBytes;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param mostBytes how much there may be at once; a single stream may take more
   */
  ReplayBudget(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** What one stream has taken. Closing gives it back; later calls change nothing. */
  interface Share extends AutoCloseable {

    Share NONE = () -> {};

    @Override
    void close();
  }

  /**
   * Takes what these chunks need.
   *
   * @throws ApiException with 503 if other streams have too much
   */
  Share take(List<TokenChunk> chunks) {
    long bytes = chunks.stream().mapToLong(each -> OVERHEAD + each.getData().remaining()).sum();
    long before = taken.getAndAdd(bytes);
    if (before > 0 && before + bytes > mostBytes) {
      taken.addAndGet(-bytes);
      throw new ApiException(
          ApiError.unavailable(
              "Too many responses are being read from their beginning here; try again in a moment.",
              PAUSE));
    }
    AtomicBoolean closed = new AtomicBoolean();
    return () -> {
      if (closed.compareAndSet(false, true)) {
        taken.addAndGet(-bytes);
      }
    };
  }

  /** How much is taken, in bytes. */
  long taken() {
    return taken.get();
  }
}
