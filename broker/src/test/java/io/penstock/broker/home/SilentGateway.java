package io.penstock.broker.home;

import io.penstock.schemas.InferenceRequest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes everything and does nothing. */
public final class SilentGateway implements RequestGateway {

  @Override
  public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String id) {
    return CompletableFuture.completedFuture(null);
  }
}
