package io.penstock.broker.home;

import io.penstock.schemas.InferenceRequest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Hands requests to Penstock. Safe for use by many threads. */
public interface RequestGateway {

  /**
   * Writes a request to the topic of its class. Its result comes to the owner of the home of its
   * {@code replyKey}, or of its id where it has none.
   *
   * @param traceparent the W3C header that its trace continues
   * @return completed once the log has it; exceptionally if the log did not take it
   * @throws IllegalArgumentException naming the field that is wrong and the remedy
   */
  CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent);

  /**
   * Asks to stop a request of this tenant. Its result says CANCELLED, unless another came first.
   */
  CompletableFuture<Void> cancel(String tenant, String id);
}
