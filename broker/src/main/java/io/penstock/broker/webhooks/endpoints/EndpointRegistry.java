package io.penstock.broker.webhooks.endpoints;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * Writes endpoints, each at its home, and returns when this instance knows what was written. Safe
 * for use by many threads.
 */
public final class EndpointRegistry {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Homes homes;
  private final IntFunction<Optional<StateWriter>> writers;
  private final EndpointDirectory directory;
  private final int most;

  /**
   * @param writers writes to a partition, if it is open here
   * @param most how many endpoints a tenant may have
   */
  public EndpointRegistry(
      Homes homes,
      IntFunction<Optional<StateWriter>> writers,
      EndpointDirectory directory,
      int most) {
    this.homes = homes;
    this.writers = writers;
    this.directory = directory;
    this.most = most;
  }

  /** A new id, at home here. */
  public String newId() {
    return homes.newId(WebhookEndpoint.PREFIX);
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
    write(endpoint.id(), new StateChange.Put(EndpointCodec.entry(endpoint)));
    await(() -> directory.find(endpoint.id()).filter(endpoint::equals).isPresent());
  }

  /** Removes an endpoint. What is pending for it is dropped. */
  public void remove(String id) throws InterruptedException {
    write(id, new StateChange.Remove(EndpointCodec.KIND, id));
    await(() -> directory.find(id).isEmpty());
  }

  private void write(String id, StateChange change) {
    StateWriter writer = writers.apply(homes.of(id)).orElseThrow(EndpointRegistry::notNow);
    try {
      writer.write(List.of(change)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException) {
        throw notNow();
      }
      throw failed;
    }
  }

  private static ApiException notNow() {
    return new ApiException(
        ApiError.unavailable(
            "Webhook endpoints cannot be written now; try again in a moment.", SOON));
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }
}
