package io.penstock.broker.webhooks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Awaiting;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.paging.Page;
import io.penstock.broker.webhooks.delivery.DeadLetter;
import io.penstock.broker.webhooks.delivery.DeadLetterDirectory;
import io.penstock.broker.webhooks.delivery.DeliveryService;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lists, replays and discards dead letters, for tenants and for the operator. */
final class DeadLetters {

  private static final int MOST = 100;
  private static final int USUAL = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DeadLetterDirectory directory;
  private final EndpointDirectory endpoints;
  private final DeliveryService deliveries;
  private final Forwarding forwarding;

  DeadLetters(
      DeadLetterDirectory directory,
      EndpointDirectory endpoints,
      DeliveryService deliveries,
      Forwarding forwarding) {
    this.directory = directory;
    this.endpoints = endpoints;
    this.deliveries = deliveries;
    this.forwarding = forwarding;
  }

  /**
   * A page of those that the caller may see.
   *
   * @param endpoint shows only those of this endpoint, if given
   */
  ObjectNode list(
      Predicate<DeadLetter> allowed,
      @Nullable String endpoint,
      @Nullable String after,
      @Nullable String limit) {
    Page.Query query = Page.Query.of(after, limit, null, MOST, USUAL);
    return Page.of(
            directory.all(
                allowed.and(
                    letter -> endpoint == null || letter.delivery().endpoint().equals(endpoint))),
            DeadLetter::id,
            query)
        .json(EndpointJson::of);
  }

  /** Tries one again. */
  HttpResponse<?> replay(HttpRequest<?> request, String id, Predicate<DeadLetter> allowed)
      throws InterruptedException {
    DeadLetter letter = known(id, allowed);
    String endpoint = letter.delivery().endpoint();
    if (endpoints.find(endpoint).filter(endpoints::isActive).isEmpty()) {
      throw new ApiException(
          ApiError.invalid(
                  409,
                  "webhook_endpoint_disabled",
                  "The webhook endpoint %s is disabled or was deleted; enable it first."
                      .formatted(endpoint))
              .with(ApiError.SHOULD_RETRY, "false"));
    }
    Optional<HttpResponse<?>> elsewhere = elsewhere(request, letter);
    return elsewhere.isPresent()
        ? elsewhere.get()
        : done(letter, deliveries.replay(id, allowed), "replayed");
  }

  /** Forgets one. */
  HttpResponse<?> discard(HttpRequest<?> request, String id, Predicate<DeadLetter> allowed)
      throws InterruptedException {
    DeadLetter letter = known(id, allowed);
    Optional<HttpResponse<?>> elsewhere = elsewhere(request, letter);
    return elsewhere.isPresent()
        ? elsewhere.get()
        : done(letter, deliveries.discard(id, allowed), "deleted");
  }

  private Optional<HttpResponse<?>> elsewhere(HttpRequest<?> request, DeadLetter letter) {
    return forwarding.elsewhere(request, null, letter.delivery().event().home());
  }

  private DeadLetter known(String id, Predicate<DeadLetter> allowed) {
    return directory.find(id).filter(allowed).orElseThrow(() -> absent(id));
  }

  private static ApiException absent(String id) {
    return new ApiException(ApiError.notFound("webhook dead letter", id));
  }

  private static HttpResponse<?> done(
      DeadLetter letter, CompletableFuture<Boolean> asked, String what)
      throws InterruptedException {
    boolean found =
        Awaiting.done(
            asked.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
            "The dead letter cannot be changed now; try again in a moment.");
    if (!found) {
      throw absent(letter.id());
    }
    return EndpointController.json(EndpointJson.of(letter).put(what, true));
  }
}
