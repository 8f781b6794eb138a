package io.penstock.compose.cli;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import java.util.concurrent.CompletableFuture;

/** Hands requests to a cluster. Implementations are thread-safe. */
interface RequestGateway {

  /**
   * Produces the request and completes with its one result.
   *
   * @throws IllegalArgumentException if the request is invalid
   */
  CompletableFuture<InferenceResult> submit(InferenceRequest request);

  /**
   * Produces the request and completes when the log has it.
   *
   * @throws IllegalArgumentException if the request is invalid
   */
  CompletableFuture<Void> produce(InferenceRequest request);

  /** The id by which a request that was sent can be looked up; its own until the other is known. */
  default String idOf(InferenceRequest request) {
    return request.getId();
  }

  /**
   * Does the same, and asks for the result in this form.
   *
   * @throws IllegalArgumentException if the request is invalid
   */
  CompletableFuture<Void> produce(InferenceRequest request, ResultFormat format);

  /** Asks to cancel a tenant's request, and completes when the log has the command. */
  CompletableFuture<Void> cancel(String tenant, String requestId);

  /**
   * Says how good a result was, and completes when the log has it.
   *
   * @throws IllegalArgumentException if the score is not from 0 to 1
   */
  CompletableFuture<Void> feedback(Feedback feedback);
}
