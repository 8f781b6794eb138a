package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.http.FrontException;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Submits requests over HTTP and waits for their results. A request's own id is its
 * Idempotency-Key, so that a call whose answer is lost is made again and the request runs once. The
 * front gives it another id.
 */
final class FrontGateway implements RequestGateway, AutoCloseable {

  private static final Duration WAIT = Duration.ofSeconds(30);

  /** Calls for a result begin no sooner one after another. */
  private static final Duration BETWEEN = Duration.ofMillis(200);

  private final FrontClient client;
  private final Clock clock;
  private final Map<String, String> ids = new ConcurrentHashMap<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  FrontGateway(FrontClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
    return async(
        () -> {
          FrontAnswer accepted = client.answer(call(request));
          if (!accepted.isSuccess()) {
            return FrontResults.refused(client, request, accepted, clock.instant());
          }
          ObjectNode status = taken(request, accepted);
          FrontAnswer answer = await(client, ids.get(request.getId()), WAIT);
          return FrontResults.of(client, request, status, answer, clock.instant());
        });
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request) {
    return async(
        () -> {
          taken(request, client.succeed(call(request)));
          return null;
        });
  }

  @Override
  public String idOf(InferenceRequest request) {
    return ids.getOrDefault(request.getId(), request.getId());
  }

  private ObjectNode taken(InferenceRequest request, FrontAnswer accepted) {
    ObjectNode status =
        accepted
            .object()
            .filter(json -> json.path("id").isTextual())
            .orElseThrow(() -> client.failure(accepted));
    ids.put(request.getId(), status.path("id").asText());
    return status;
  }

  private static FrontCall call(InferenceRequest request) {
    ByteBuffer body = request.getBody().duplicate();
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    Map<String, String> asked = new LinkedHashMap<>();
    request
        .getServiceClass()
        .ifPresent(each -> asked.put("penstock-class", each.name().toLowerCase(Locale.ROOT)));
    request.getDeadline().ifPresent(at -> asked.put("penstock-deadline", at.toString()));
    FrontCall call =
        FrontCall.post("/v1/requests", bytes)
            .with("penstock-endpoint", request.getEndpoint())
            .with("idempotency-key", request.getId())
            .asRepeatable();
    for (Map.Entry<String, String> header : asked.entrySet()) {
      call = call.with(header.getKey(), header.getValue());
    }
    return call;
  }

  /**
   * The answer to a request, however long it takes; each call waits for a while. A front or proxy
   * that does not let calls wait is not called without a pause.
   *
   * @param wait how long a call waits, where it may
   */
  static FrontAnswer await(FrontClient client, String id, Duration wait)
      throws InterruptedException {
    while (true) {
      long begun = System.nanoTime();
      FrontAnswer answer = result(client, id, wait);
      if (answer.status() != 202) {
        return answer;
      }
      Duration early = BETWEEN.minusNanos(System.nanoTime() - begun);
      if (early.isPositive()) {
        Thread.sleep(early);
      }
    }
  }

  /** The answer to a request, or its status with 202 if there is none within that time. */
  static FrontAnswer result(FrontClient client, String id, Duration wait)
      throws InterruptedException {
    String path =
        "/v1/requests/%s/result?wait=%ds".formatted(FrontPages.encoded(id), wait.toSeconds());
    return client.answer(FrontCall.get(path).withPatience(wait.plusSeconds(30)));
  }

  private <T> CompletableFuture<T> async(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (FrontException | IllegalArgumentException failed) {
            throw failed;
          } catch (Exception failed) {
            throw new CompletionException(failed);
          }
        },
        executor);
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request, ResultFormat format) {
    throw new UnsupportedOperationException("results over HTTP have one form");
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String requestId) {
    throw new UnsupportedOperationException("the command calls the front itself");
  }

  @Override
  public CompletableFuture<Void> feedback(Feedback feedback) {
    throw new UnsupportedOperationException("the command calls the front itself");
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
