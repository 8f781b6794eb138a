package io.penstock.compose.cli;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends many requests with at most so many unanswered at a time, and counts how they ended. One
 * thread sends; results come on the client's threads and are handed on one at a time.
 */
final class Submission {

  /** How long to wait without a word. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * The state of a request that was sent and is not answered yet.
   *
   * @param tenant empty where its API key says whose it is
   */
  record Unanswered(String tenant, String id, String model) {}

  /** Receives, on the thread that sends, that it has waited for a while, and for what. */
  @FunctionalInterface
  interface Waiting {
    void on(List<Unanswered> unanswered);
  }

  private final RequestGateway gateway;
  private final int maxInFlight;
  private final Semaphore free;
  private final Consumer<InferenceResult> onResult;
  private final Duration patience;
  private final Waiting waiting;
  private final Map<Long, InferenceRequest> unanswered = new LinkedHashMap<>();
  private long sent;
  private long succeeded;
  private long unsuccessful;
  private @Nullable Throwable firstError;

  /**
   * @param patience how long to wait before, and between, the words on what is waited for
   */
  Submission(
      RequestGateway gateway,
      int maxInFlight,
      Consumer<InferenceResult> onResult,
      Duration patience,
      Waiting waiting) {
    this.gateway = gateway;
    this.maxInFlight = maxInFlight;
    this.free = new Semaphore(maxInFlight);
    this.onResult = onResult;
    this.patience = patience;
    this.waiting = waiting;
  }

  /**
   * Sends a request whose result is awaited; blocks while too many are unanswered.
   *
   * @throws IllegalArgumentException if the request is invalid; it is not sent
   */
  void submit(InferenceRequest request) throws InterruptedException {
    track(request, () -> gateway.submit(request), this::took);
  }

  /**
   * Sends a request and counts it as a success once it is taken.
   *
   * @param onSent is told the id by which it can be looked up
   */
  void produce(InferenceRequest request, Consumer<String> onSent) throws InterruptedException {
    track(
        request,
        () -> gateway.produce(request),
        nothing -> {
          succeeded++;
          onSent.accept(gateway.idOf(request));
        });
  }

  private <T> void track(
      InferenceRequest request, Supplier<CompletableFuture<T>> send, Consumer<T> onDone)
      throws InterruptedException {
    acquire(1);
    long number;
    synchronized (this) {
      number = sent++;
      unanswered.put(number, request);
    }
    CompletableFuture<T> future;
    try {
      future = send.get();
    } catch (IllegalArgumentException invalid) {
      synchronized (this) {
        sent--;
        unanswered.remove(number);
      }
      free.release();
      throw invalid;
    }
    var _ =
        future.whenComplete(
            (value, error) -> {
              try {
                complete(number, value, error, onDone);
              } finally {
                free.release();
              }
            });
  }

  private synchronized <T> void complete(
      long number, T value, @Nullable Throwable error, Consumer<T> onDone) {
    unanswered.remove(number);
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
    acquire(maxInFlight);
    free.release(maxInFlight);
  }

  private void acquire(int permits) throws InterruptedException {
    while (!free.tryAcquire(permits, patience.toMillis(), TimeUnit.MILLISECONDS)) {
      waiting.on(unanswered());
    }
  }

  /** Returns what was sent and is not answered, in the order of sending. */
  synchronized List<Unanswered> unanswered() {
    return unanswered.values().stream()
        .map(
            request ->
                new Unanswered(request.getTenant(), gateway.idOf(request), request.getModel()))
        .toList();
  }

  synchronized long sent() {
    return sent;
  }

  synchronized long succeeded() {
    return succeeded;
  }

  /** Returns how many ended otherwise than SUCCEEDED, or could not be sent or awaited. */
  synchronized long unsuccessful() {
    return unsuccessful;
  }

  /** Returns why the first one could not be sent or awaited, or null. */
  synchronized @Nullable Throwable firstError() {
    return firstError;
  }
}
