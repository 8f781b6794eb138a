package io.penstock.broker.ownership;

import io.penstock.broker.following.KafkaFailures;
import io.penstock.broker.home.RequestGateway;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.client.RequestSender;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes requests to their topics. */
public final class KafkaRequestGateway implements RequestGateway {

  private final RequestSender sender;

  public KafkaRequestGateway(RequestSender sender) {
    this.sender = sender;
  }

  @Override
  public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
    return KafkaFailures.told(sender.send(request, traceparent).thenApply(_ -> null));
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String id) {
    return KafkaFailures.told(sender.cancel(tenant, id));
  }
}
