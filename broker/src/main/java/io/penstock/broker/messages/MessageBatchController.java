package io.penstock.broker.messages;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.connections.UploadPlaces;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Awaiting;
import io.penstock.broker.http.CallerBody;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.limits.Limiter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Anthropic's message batches. */
@Controller("/v1/messages/batches")
@Consumes(MediaType.ALL)
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class MessageBatchController {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final MediaType JSON_LINES = MediaType.of("application/x-jsonl");

  private final MessageBatches batches;
  private final BatchCoordinator coordinator;
  private final Forwarding forwarding;
  private final Limiter limiter;
  private final UploadPlaces places;

  MessageBatchController(
      MessageBatches batches,
      BatchCoordinator coordinator,
      Forwarding forwarding,
      Limiter limiter,
      UploadPlaces places) {
    this.batches = batches;
    this.coordinator = coordinator;
    this.forwarding = forwarding;
    this.limiter = limiter;
    this.places = places;
  }

  @Post
  HttpResponse<byte[]> create(HttpRequest<?> request, @Body InputStream body)
      throws IOException, InterruptedException {
    try (body) {
      limiter.count(Callers.of(request));
      try (UploadPlaces.Place _ = places.take(Callers.of(request).tenant())) {
        return json(MessageBatchJson.of(batches.create(Callers.of(request), new CallerBody(body))));
      }
    }
  }

  @Get
  HttpResponse<byte[]> list(
      HttpRequest<?> request,
      @Nullable @QueryValue("after_id") String afterId,
      @Nullable @QueryValue("before_id") String beforeId,
      @Nullable @QueryValue String limit) {
    limiter.count(Callers.of(request));
    String tenant = Callers.of(request).tenant();
    return json(
        MessagePage.of(batches.all(tenant), afterId, beforeId, limit)
            .json(batch -> MessageBatchJson.of(latest(tenant, batch))));
  }

  /** Its owner knows more than the last checkpoint says. */
  private Batch latest(String tenant, Batch batch) {
    return batches.find(tenant, batch.order().id()).orElse(batch);
  }

  @Get("/{id}")
  HttpResponse<?> one(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    return elsewhere.isPresent() ? elsewhere.get() : json(MessageBatchJson.of(known(request, id)));
  }

  @Post("/{id}/cancel")
  HttpResponse<?> cancel(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    Batch batch = known(request, id);
    return json(
        MessageBatchJson.of(
            Awaiting.done(
                coordinator
                    .cancel(batch.order().tenant(), id, PATIENCE)
                    .orElseThrow(() -> notFound(id)),
                "The batch cannot be cancelled at the moment; try again.")));
  }

  @Delete("/{id}")
  HttpResponse<?> delete(HttpRequest<?> request, String id)
      throws IOException, InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    Batch batch = known(request, id);
    if (!batch.status().isTerminal()) {
      throw new ApiException(
          ApiError.invalid(
                  409,
                  "batch_not_ended",
                  "The batch has not ended; cancel it and wait for its end.")
              .with(ApiError.SHOULD_RETRY, "false"));
    }
    if (!batches.delete(batch)) {
      throw new ApiException(
          ApiError.unavailable("The batch is just ending; try again.", Duration.ofSeconds(1)));
    }
    return json(
        JsonNodeFactory.instance.objectNode().put("id", id).put("type", "message_batch_deleted"));
  }

  /** The lines come in no particular order. */
  @Get("/{id}/results")
  HttpResponse<?> results(HttpRequest<?> request, String id) throws IOException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    Batch batch = known(request, id);
    if (!batch.status().isTerminal()) {
      throw new ApiException(
          ApiError.invalid(
              400, "batch_not_ended", "The batch has not ended, so it has no results yet."));
    }
    InputStream lines =
        batches
            .results(batch)
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.invalid(
                            404, "results_gone", "The results of the batch are kept no longer.")));
    return HttpResponse.ok(new StreamedFile(lines, JSON_LINES));
  }

  private Batch known(HttpRequest<?> request, String id) {
    limiter.count(Callers.of(request));
    return batches.find(Callers.of(request).tenant(), id).orElseThrow(() -> notFound(id));
  }

  private static ApiException notFound(String id) {
    return new ApiException(ApiError.notFound("message batch", id));
  }

  private static HttpResponse<byte[]> json(ObjectNode body) {
    return HttpResponse.ok(body.toString().getBytes(StandardCharsets.UTF_8))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
