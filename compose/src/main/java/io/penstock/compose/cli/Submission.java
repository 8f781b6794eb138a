package io.penstock.compose.cli;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends many requests with at most so many unanswered at a time, and counts how they ended. One
 * thread sends; results come on the client's threads and are handed on one at a time.
 */
final class Submission {

  private final RequestGateway gateway;
  private final int maxInFlight;
  private final Semaphore free;
  private final Consumer<InferenceResult> onResult;
  private long sent;
  private long succeeded;
  private long unsuccessful;
  private @Nullable Throwable firstError;

  Submission(RequestGateway gateway, int maxInFlight, Consumer<InferenceResult> onResult) {
    this.gateway = gateway;
    this.maxInFlight = maxInFlight;
    this.free = new Semaphore(maxInFlight);
    this.onResult = onResult;
  }

  /**
   * Sends a request whose result is awaited; blocks while too many are unanswered.
   *
   * @throws IllegalArgumentException if the request is invalid; it is not sent
   */
  void submit(InferenceRequest request) throws InterruptedException {
    track(() -> gateway.submit(request), this::took);
  }

  /** Sends a request and counts it as a success once the log has it. */
  void produce(InferenceRequest request, Runnable onSent) throws InterruptedException {
    track(
        () -> gateway.produce(request),
        nothing -> {
          succeeded++;
          onSent.run();
        });
  }

  private <T> void track(Supplier<CompletableFuture<T>> send, Consumer<T> onDone)
      throws InterruptedException {
    free.acquire();
    CompletableFuture<T> future;
    try {
      future = send.get();
    } catch (IllegalArgumentException invalid) {
      free.release();
      throw invalid;
    }
    synchronized (this) {
      sent++;
    }
    var _ =
        future.whenComplete(
            (value, error) -> {
              try {
                complete(value, error, onDone);
              } finally {
                free.release();
              }
            });
  }

  private synchronized <T> void complete(T value, @Nullable Throwable error, Consumer<T> onDone) {
    try {
      if (error == null) {
        onDone.accept(value);
      } else {
        failed(error);
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void took(InferenceResult result) {
    if (result.getStatus() == TerminalStatus.SUCCEEDED) {
      succeeded++;
    } else {
      unsuccessful++;
    }
    onResult.accept(result);
  }

  private void failed(Throwable error) {
    if (firstError == null) {
      firstError = error;
    }
    unsuccessful++;
  }

  /** Waits until all that was sent is answered. */
  void await() throws InterruptedException {
    free.acquire(maxInFlight);
    free.release(maxInFlight);
  }

  synchronized long sent() {
    return sent;
  }

  synchronized long succeeded() {
    return succeeded;
  }

  /** How many ended otherwise than SUCCEEDED, or could not be sent or awaited. */
  synchronized long unsuccessful() {
    return unsuccessful;
  }

  /** Why the first one could not be sent or awaited, or null. */
  synchronized @Nullable Throwable firstError() {
    return firstError;
  }
}
