package io.penstock.compose.cli;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import java.util.concurrent.CompletableFuture;

/** Submits through the Java client. */
final class ClientGateway implements RequestGateway, AutoCloseable {

  ClientGateway(ClusterConnection connection, TopicNames names) {}

  @Override
  public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> cancel(String requestId, String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
