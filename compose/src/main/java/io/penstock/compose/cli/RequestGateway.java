package io.penstock.compose.cli;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import java.util.concurrent.CompletableFuture;

/** Hands requests to a cluster. Safe for use by many threads. */
interface RequestGateway {

  /** Produces the request and completes with its one result. */
  CompletableFuture<InferenceResult> submit(InferenceRequest request) throws InterruptedException;

  /** Produces the request and completes when the log has it. */
  CompletableFuture<Void> produce(InferenceRequest request);

  /** Asks to cancel a request, and completes when the log has the command. */
  CompletableFuture<Void> cancel(String requestId, String reason);
}
