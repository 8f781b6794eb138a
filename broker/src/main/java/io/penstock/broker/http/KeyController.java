package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.tenants.KeySecret;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Makes, lists, changes and revokes API keys. */
@Controller("/admin/keys")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class KeyController {

  private final AdminKeys keys;
  private final Forwarding forwarding;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  KeyController(AdminKeys keys, Forwarding forwarding, InstantSource clock) {
    this.keys = keys;
    this.forwarding = forwarding;
    this.clock = clock;
  }

  /** The only answer that holds the key itself. */
  @Post
  HttpResponse<byte[]> create(@Body byte[] body) throws InterruptedException {
    String secret = KeySecret.next(random);
    ApiKey key = KeyRequest.read(body, keys.newId(), KeySecret.hash(secret), clock.instant());
    keys.add(key);
    return Replies.json(201, json(key).put("key", secret))
        .header("cache-control", "no-store")
        .header("location", "/admin/keys/" + key.id());
  }

  @Get
  HttpResponse<byte[]> list() {
    ObjectNode list = Replies.JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    keys.keys().all().forEach(key -> data.add(json(key)));
    return Replies.json(200, list);
  }

  @Get("/{id}")
  HttpResponse<byte[]> one(String id) {
    return Replies.json(200, json(known(id)));
  }

  /** What is left out stays; keys are known by their hash, so the key itself stays as well. */
  @Patch("/{id}")
  HttpResponse<?> change(HttpRequest<?> request, String id, @Body byte[] body)
      throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, body, known(id).id());
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    ApiKey changed =
        keys.change(id, key -> KeyRequest.change(body, key, clock.instant()))
            .orElseThrow(() -> unknown(id));
    return Replies.json(200, json(changed));
  }

  @Delete("/{id}")
  HttpResponse<?> revoke(HttpRequest<?> request, String id) throws InterruptedException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, known(id).id());
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    if (!keys.remove(id)) {
      throw unknown(id);
    }
    return HttpResponse.noContent();
  }

  private ApiKey known(String id) {
    return keys.keys().byId(id).orElseThrow(() -> unknown(id));
  }

  private static ApiException unknown(String id) {
    return new ApiException(ApiError.notFound("key", id));
  }

  private ObjectNode json(ApiKey key) {
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("id", key.id())
            .put("object", "api_key")
            .put("name", key.name())
            .put("role", key.role().toString())
            .put("tenant", key.tenant())
            .put("service_class", Urgency.name(key.ceiling()))
            .put("created_at", key.createdAt().toString())
            .put("expires_at", key.expiresAt().map(Instant::toString).orElse(null))
            .put("last_used_at", keys.keys().lastUse(key.id()).map(Instant::toString).orElse(null));
    KeyLimits limits = key.limits();
    limits.requestsPerMinute().ifPresent(n -> json.put("requests_per_minute", n));
    limits.tokensPerMinute().ifPresent(n -> json.put("tokens_per_minute", n));
    limits.queuedTokens().ifPresent(n -> json.put("queued_tokens", n));
    return json;
  }
}
