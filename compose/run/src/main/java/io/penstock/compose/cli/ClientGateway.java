package io.penstock.compose.cli;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.deadlines.LatestResult;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Submits through the Java client. */
final class ClientGateway implements RequestGateway, AutoCloseable {

  /** Above what any command has in flight: {@link Submission} sets the real bound. */
  private static final int ROOM = 2_000_000;

  private final PenstockClient client;

  /** Connects; a result is awaited as long as any request may wait. */
  ClientGateway(ClusterConnection connection, TopicSettings topics) {
    this.client =
        PenstockClient.open(
            PenstockClientConfig.of(connection, topics)
                .withInFlight(ROOM, Duration.ZERO)
                .withTimeouts(topics.maxDeadline(), LatestResult.CLIENT_GRACE));
  }

  @Override
  public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
    return client.submit(request);
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request) {
    return client.send(request).thenApply(_ -> null);
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request, ResultFormat format) {
    return client.sendWanting(request, format).thenApply(_ -> null);
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String requestId) {
    return client.cancel(tenant, requestId);
  }

  @Override
  public CompletableFuture<Void> feedback(Feedback feedback) {
    return client.feedback(feedback);
  }

  @Override
  public void close() {
    client.close();
  }
}
