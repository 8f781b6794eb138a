package io.penstock.broker.webhooks.endpoints;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.ChangeTurn;
import io.penstock.broker.home.HomeWrites;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Writes endpoints, each at its home, and returns when this instance knows what was written. Safe
 * for use by many threads.
 */
public final class EndpointRegistry {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final ChangeTurn turn = new ChangeTurn();
  private final HomeWrites writes;
  private final EndpointDirectory directory;
  private final int most;

  /** Endpoints that were removed, until that is followed. An id never comes back. */
  private final Set<String> removed = new HashSet<>();

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
  public void add(WebhookEndpoint endpoint) throws InterruptedException {
    var _ =
        turn.take(
            () -> {
              requireRoom(endpoint.tenant());
              return put(endpoint);
            });
  }

  /**
   * Refuses one more endpoint of a tenant that has as many as it may have.
   *
   * @throws ApiException with 400
   */
  public void requireRoom(String tenant) {
    if (directory.of(tenant).size() >= most) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "too_many_webhook_endpoints",
              "There are %d webhook endpoints, and there may be no more; delete one first."
                  .formatted(most)));
    }
  }

  /**
   * Changes an endpoint as it is now. Changes and removals take turns, so that none undoes another.
   *
   * @return the endpoint as it is from now on; empty if the tenant has none of this id
   */
  public Optional<WebhookEndpoint> change(
      String tenant, String id, UnaryOperator<WebhookEndpoint> change) throws InterruptedException {
    return turn.take(
        () -> {
          Optional<WebhookEndpoint> changed = current(tenant, id).map(change);
          return changed.isPresent() ? Optional.of(put(changed.get())) : changed;
        });
  }

  private Optional<WebhookEndpoint> current(String tenant, String id) {
    removed.removeIf(each -> directory.find(each).isEmpty());
    return directory.find(tenant, id).filter(endpoint -> !removed.contains(endpoint.id()));
  }

  private WebhookEndpoint put(WebhookEndpoint endpoint) throws InterruptedException {
    writes.put(EndpointCodec.entry(endpoint));
    await(() -> directory.find(endpoint.id()).filter(endpoint::equals).isPresent());
    return endpoint;
  }

  /**
   * Removes an endpoint. What is pending for it is dropped.
   *
   * @return whether the tenant had one of this id
   */
  public boolean remove(String tenant, String id) throws InterruptedException {
    return turn.take(() -> removeNow(tenant, id));
  }

  private boolean removeNow(String tenant, String id) throws InterruptedException {
    if (current(tenant, id).isEmpty()) {
      return false;
    }
    writes.remove(EndpointCodec.KIND, id);
    removed.add(id);
    await(() -> directory.find(id).isEmpty());
    return true;
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }
}
