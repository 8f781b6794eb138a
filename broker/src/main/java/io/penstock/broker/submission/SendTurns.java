package io.penstock.broker.submission;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets calls that name the same request take turns: the next one begins when it is known whether
 * the request of the one before it was sent. Safe for use by many threads.
 */
final class SendTurns {

  private final Map<String, CompletableFuture<Void>> taken = new ConcurrentHashMap<>();

  /** The turn of one call. Closing it lets the next one begin. */
  final class Turn implements AutoCloseable {

    private final String request;
    private final CompletableFuture<Void> end;

    private Turn(String request, CompletableFuture<Void> end) {
      this.request = request;
      this.end = end;
    }

    @Override
    public void close() {
      taken.remove(request, end);
      end.complete(null);
    }
  }

  /**
   * Waits for the turn.
   *
   * @return empty if it has not come in time
   */
  Optional<Turn> take(String request, Duration most) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    long until = System.nanoTime() + most.toNanos();
    try {
      while (true) {
        CompletableFuture<Void> before = taken.putIfAbsent(request, end);
        if (before == null) {
          return Optional.of(new Turn(request, end));
        }
        before.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (TimeoutException late) {
      return Optional.empty();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("nothing completes it so", impossible);
    }
  }
}
