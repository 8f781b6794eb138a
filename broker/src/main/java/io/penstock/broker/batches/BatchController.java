package io.penstock.broker.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Awaiting;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.paging.Page;
import io.penstock.broker.submission.IdempotentId;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.broker.tenants.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** OpenAI's batches. */
@Controller("/v1/batches")
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class BatchController {

  private static final int MOST = 100;
  private static final int USUAL = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BatchService service;
  private final BatchCoordinator coordinator;
  private final BatchDirectory directory;
  private final Forwarding forwarding;
  private final LongestWindow longestWindow;
  private final Limiter limiter;

  BatchController(
      BatchService service,
      BatchCoordinator coordinator,
      BatchDirectory directory,
      Forwarding forwarding,
      LongestWindow longestWindow,
      Limiter limiter) {
    this.service = service;
    this.coordinator = coordinator;
    this.directory = directory;
    this.forwarding = forwarding;
    this.longestWindow = longestWindow;
    this.limiter = limiter;
  }

  /** A batch is made where its input file is at home. */
  @Post
  HttpResponse<?> create(HttpRequest<?> request, @Body byte[] body) throws IOException {
    BatchRequest asked = BatchRequest.read(body, longestWindow.length());
    Caller caller = Callers.of(request);
    Urgency.allowed("completion_window", asked.window().serviceClass(), caller.ceiling());
    Optional<BatchService.Repeat> repeat =
        Optional.ofNullable(request.getHeaders().get(IdempotentId.HEADER))
            .map(key -> IdempotentId.of("batch_", caller.tenant(), key))
            .map(
                key ->
                    new BatchService.Repeat(
                        key, IdempotentId.fingerprint(request.getPath(), body)));
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, body, asked.inputFile());
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    limiter.count(caller);
    return json(service.create(caller, asked, webhook(request), repeat));
  }

  private static Optional<String> webhook(HttpRequest<?> request) {
    return Optional.ofNullable(request.getHeaders().get(WebhookChoice.HEADER));
  }

  @Get
  HttpResponse<byte[]> list(
      HttpRequest<?> request,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit) {
    Page.Query query = Page.Query.of(after, limit, null, MOST, USUAL);
    limiter.count(Callers.of(request));
    String tenant = Callers.of(request).tenant();
    return json(
        Page.of(directory.of(tenant, BatchOrigin.Api.OPENAI), batch -> batch.order().id(), query)
            .json(batch -> shown(tenant, batch)));
  }

  @Get("/{id}")
  HttpResponse<?> one(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    return elsewhere.isPresent() ? elsewhere.get() : json(known(request, id));
  }

  @Post("/{id}/cancel")
  HttpResponse<?> cancel(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    known(request, id);
    CompletableFuture<Batch> cancelled =
        coordinator
            .cancel(Callers.of(request).tenant(), id, PATIENCE)
            .orElseThrow(() -> new ApiException(ApiError.notFound("batch", id)));
    Batch batch =
        Awaiting.done(cancelled, "The batch cannot be cancelled at the moment; try again.");
    boolean late = batch.reachedAt(BatchStatus.CANCELLING).isEmpty();
    if (late) {
      throw new ApiException(
          ApiError.invalid(
                  409,
                  "batch_not_cancellable",
                  "The batch is %s and cannot be cancelled any more."
                      .formatted(batch.status().wire()))
              .with(ApiError.SHOULD_RETRY, "false"));
    }
    return json(BatchJson.of(batch, Optional.empty()));
  }

  private BatchCoordinator.Shown known(HttpRequest<?> request, String id) {
    limiter.count(Callers.of(request));
    return coordinator
        .find(Callers.of(request).tenant(), id)
        .filter(shown -> shown.batch().order().origin().api() == BatchOrigin.Api.OPENAI)
        .orElseThrow(() -> new ApiException(ApiError.notFound("batch", id)));
  }

  /** Its owner knows more than the last checkpoint says. */
  private ObjectNode shown(String tenant, Batch batch) {
    return coordinator
        .find(tenant, batch.order().id())
        .map(shown -> BatchJson.of(shown.batch(), shown.estimatedCompletion()))
        .orElseGet(() -> BatchJson.of(batch, Optional.empty()));
  }

  private static HttpResponse<byte[]> json(BatchCoordinator.Shown shown) {
    return json(BatchJson.of(shown.batch(), shown.estimatedCompletion()));
  }

  private static HttpResponse<byte[]> json(ObjectNode body) {
    return HttpResponse.ok(body.toString().getBytes(StandardCharsets.UTF_8))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
