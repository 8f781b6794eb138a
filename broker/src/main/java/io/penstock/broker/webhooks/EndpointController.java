package io.penstock.broker.webhooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.paging.Page;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointRegistry;
import io.penstock.broker.webhooks.endpoints.EndpointRequest;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.SigningSecrets;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** OpenAI's webhook endpoints. */
@Controller("/v1/webhook_endpoints")
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class EndpointController {

  private static final int MOST = 100;
  private static final int USUAL = 20;
  private static final Duration OVERLAP = Duration.ofHours(24);
  private static final String OVERLAPS = "keep_old_secret_active_for_24_hours";

  private final EndpointRegistry registry;
  private final EndpointDirectory directory;
  private final ReceiverProbe probe;
  private final Forwarding forwarding;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  EndpointController(
      EndpointRegistry registry,
      EndpointDirectory directory,
      ReceiverProbe probe,
      Forwarding forwarding,
      InstantSource clock) {
    this.registry = registry;
    this.directory = directory;
    this.probe = probe;
    this.forwarding = forwarding;
    this.clock = clock;
  }

  /** This answer and that of a rotation are the only ones that hold the secret. */
  @Post
  HttpResponse<?> create(HttpRequest<?> request, @Body byte[] body) throws InterruptedException {
    EndpointRequest asked = EndpointRequest.read(body);
    WebhookEndpoint endpoint =
        asked.make(
            registry.newId(),
            Callers.of(request).tenant(),
            SigningSecrets.next(random),
            clock.instant());
    registry.requireRoom(endpoint.tenant());
    probe.requireReachable(endpoint.tenant(), endpoint.url());
    registry.add(endpoint);
    return secret(endpoint);
  }

  @Get
  HttpResponse<byte[]> list(
      HttpRequest<?> request,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit) {
    Page.Query query = Page.Query.of(after, limit, null, MOST, USUAL);
    return json(
        Page.of(directory.of(Callers.of(request).tenant()), WebhookEndpoint::id, query)
            .json(endpoint -> EndpointJson.of(endpoint, directory)));
  }

  @Get("/{id}")
  HttpResponse<byte[]> one(HttpRequest<?> request, String id) {
    return json(EndpointJson.of(known(request, id), directory));
  }

  @Post("/{id}")
  HttpResponse<?> change(HttpRequest<?> request, String id, @Body byte[] body)
      throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, body, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    String tenant = known(request, id).tenant();
    EndpointRequest asked = EndpointRequest.read(body);
    if (asked.url().isPresent()) {
      probe.requireReachable(tenant, asked.url().get());
    }
    WebhookEndpoint changed =
        registry
            .change(tenant, id, before -> asked.change(before, clock.instant()))
            .orElseThrow(() -> unknown(id));
    return json(EndpointJson.of(changed, directory));
  }

  @Delete("/{id}")
  HttpResponse<?> delete(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    if (!registry.remove(Callers.of(request).tenant(), id)) {
      throw unknown(id);
    }
    return json(
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("object", "webhook_endpoint.deleted")
            .put("deleted", true));
  }

  @Post("/{id}/rotate_secret")
  HttpResponse<?> rotate(HttpRequest<?> request, String id, @Nullable @Body String options)
      throws InterruptedException {
    byte[] body = (options == null ? "{}" : options).getBytes(StandardCharsets.UTF_8);
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, body, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    String tenant = known(request, id).tenant();
    boolean overlaps = overlaps(body);
    return secret(
        registry
            .change(tenant, id, before -> rotated(before, overlaps))
            .orElseThrow(() -> unknown(id)));
  }

  private WebhookEndpoint rotated(WebhookEndpoint endpoint, boolean overlaps) {
    Instant now = clock.instant();
    SigningSecrets secrets =
        overlaps
            ? endpoint.secrets().rotated(random, now.plus(OVERLAP))
            : SigningSecrets.next(random);
    return endpoint.withSecrets(secrets, now);
  }

  private static boolean overlaps(byte[] body) {
    JsonNode value = EndpointRequest.object(body).path(OVERLAPS);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw new ApiException(
          ApiError.invalid(OVERLAPS, "invalid_type", OVERLAPS + " must be true or false."));
    }
    return value.asBoolean();
  }

  /** Sends an event that tells of nothing, once, and says what the receiver answered. */
  @Post("/{id}/test")
  HttpResponse<byte[]> test(HttpRequest<?> request, String id, @Body byte[] body) {
    WebhookEndpoint endpoint = known(request, id);
    EventType type =
        EndpointRequest.type(
            "event_type", EndpointRequest.object(body).path("event_type").asText());
    String subject = "test_" + UUID.randomUUID().toString().replace("-", "");
    WebhookEvent event =
        new WebhookEvent(
            endpoint.tenant(), type, subject, clock.instant(), subject, Optional.empty());
    return switch (probe.send(endpoint, event)) {
      case Outcome.Taken(int status) ->
          json(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("object", "webhook_endpoint.test")
                  .put("webhook_endpoint_id", endpoint.id())
                  .put("event_type", type.wire())
                  .put("status_code", status)
                  .put("success", true));
      case Outcome.Failed(String reason, var _) -> throw failed(reason);
      case Outcome.Gone() -> throw failed("the receiver answered 410");
      case Outcome.Disabled(), Outcome.Deleted() -> throw failed("nothing was sent");
    };
  }

  private static ApiException failed(String reason) {
    return new ApiException(
        ApiError.invalid(400, "webhook_test_failed", "The test failed: %s.".formatted(reason)));
  }

  /** The caller's endpoint; another tenant's looks as if there were none. */
  private WebhookEndpoint known(HttpRequest<?> request, String id) {
    return directory.find(Callers.of(request).tenant(), id).orElseThrow(() -> unknown(id));
  }

  private static ApiException unknown(String id) {
    return new ApiException(ApiError.notFound("webhook endpoint", id));
  }

  private HttpResponse<byte[]> secret(WebhookEndpoint endpoint) {
    return json(EndpointJson.withSecret(endpoint, directory)).header("cache-control", "no-store");
  }

  static MutableHttpResponse<byte[]> json(ObjectNode body) {
    return HttpResponse.ok(body.toString().getBytes(StandardCharsets.UTF_8))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
