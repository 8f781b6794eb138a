package io.penstock.broker.webhooks.endpoints;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeWrites;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Writes endpoints, each at its home, and returns when this instance knows what was written. Safe
 * for use by many threads.
 */
public final class EndpointRegistry {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final HomeWrites writes;
  private final EndpointDirectory directory;
  private final int most;

  /**
   * @param most how many endpoints a tenant may have
   */
  public EndpointRegistry(HomeWrites writes, EndpointDirectory directory, int most) {
    this.writes = writes;
    this.directory = directory;
    this.most = most;
  }

  /** A new id, at home here. */
  public String newId() {
    return writes.newId(WebhookEndpoint.PREFIX);
  }

  /**
   * Keeps a new endpoint.
   *
   * @throws ApiException with 400 if the tenant has as many as it may have
   */
  public synchronized void add(WebhookEndpoint endpoint) throws InterruptedException {
    if (directory.of(endpoint.tenant()).size() >= most) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "too_many_webhook_endpoints",
              "There are %d webhook endpoints, and there may be no more; delete one first."
                  .formatted(most)));
    }
    put(endpoint);
  }

  /** Keeps an endpoint that was changed. */
  public void put(WebhookEndpoint endpoint) throws InterruptedException {
    writes.put(EndpointCodec.entry(endpoint));
    await(() -> directory.find(endpoint.id()).filter(endpoint::equals).isPresent());
  }

  /** Removes an endpoint. What is pending for it is dropped. */
  public void remove(String id) throws InterruptedException {
    writes.remove(EndpointCodec.KIND, id);
    await(() -> directory.find(id).isEmpty());
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }
}
