package io.penstock.broker.http;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeySecret;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.tenants.Role;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Each call passes here before it is served: it says who calls, and refuses what cannot be served
 * at all.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class AuthenticationFilter implements Ordered {

  private static final String BEARER = "bearer ";

  /** The name of whoever has the secret of the configuration. */
  private static final String CONFIGURED = "admin";

  /** Anthropic's clients send the key here. */
  private static final String API_KEY = "x-api-key";

  private final KeySettings settings;
  private final KeyUses keys;
  private final Readiness readiness;
  private final InstantSource clock;

  AuthenticationFilter(
      KeySettings settings, KeyUses keys, Readiness readiness, InstantSource clock) {
    this.settings = settings;
    this.keys = keys;
    this.readiness = readiness;
    this.clock = clock;
  }

  @Override
  public int getOrder() {
    // Only what counts calls comes before it.
    return Ordered.HIGHEST_PRECEDENCE + 1;
  }

  /** Lets a call through or ends it. */
  @RequestFilter
  void pass(HttpRequest<?> request) {
    String path = request.getPath();
    if (isOpen(path)) {
      return;
    }
    String encoding = request.getHeaders().get(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
      throw new ApiException(
          ApiError.invalid(
              415,
              "unsupported_encoding",
              "Compressed bodies are not accepted; send the body without Content-Encoding."));
    }
    if (Replies.isAdmin(path)) {
      requireAdmin(request);
      return;
    }
    if (readiness.isStopping()) {
      throw new ApiException(
          ApiError.unavailable("This instance is stopping; try again.", Duration.ofSeconds(1))
              .with("connection", "close"));
    }
    Callers.set(request, settings.required() ? holder(request) : Caller.ANYBODY);
  }

  /** Health and the document of the API tell nothing of any tenant. */
  private static boolean isOpen(String path) {
    return path.startsWith("/health/")
        || path.equals("/openapi.json")
        || path.equals("/openapi.yaml")
        || path.equals("/docs")
        || path.startsWith("/docs/");
  }

  private Caller holder(HttpRequest<?> request) {
    requireKnownKeys();
    String presented =
        presented(request)
            .or(() -> Optional.ofNullable(request.getHeaders().get(API_KEY)).map(String::strip))
            .orElseThrow(
                () ->
                    refused(
                        "No API key was given; send it in the header Authorization: Bearer KEY, or"
                            + " x-api-key."));
    ApiKey key =
        keys.valid(presented, clock.instant())
            .orElseThrow(() -> refused("The API key is not valid, has expired or was revoked."));
    if (key.role() != Role.TENANT) {
      throw new ApiException(
          ApiError.invalid(
              403, "wrong_role", "This key is for /admin; use a key of a tenant here."));
    }
    keys.used(key, clock.instant());
    return Caller.of(key);
  }

  /** Until then no key can be told from one that does not exist. */
  private void requireKnownKeys() {
    if (!readiness.knowsKeys()) {
      throw new ApiException(
          ApiError.unavailable(
              "This instance does not know the API keys yet; try again in a moment.",
              Duration.ofSeconds(1)));
    }
  }

  private static Optional<String> presented(HttpRequest<?> request) {
    return Optional.ofNullable(request.getHeaders().get(HttpHeaders.AUTHORIZATION))
        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(value -> value.substring(BEARER.length()).strip());
  }

  private static ApiException refused(String message) {
    return new ApiException(
        new ApiError(
            401,
            "authentication_error",
            "invalid_api_key",
            message,
            Optional.empty(),
            Map.of("www-authenticate", "Bearer")));
  }

  private void requireAdmin(HttpRequest<?> request) {
    if (settings.adminSecret().isEmpty()) {
      throw new ApiException(
          ApiError.invalid(
              403, "admin_off", "Nobody may use /admin here; set http.keys.adminSecret."));
    }
    String given =
        presented(request)
            .orElseThrow(
                () -> refused("The admin key is missing; send Authorization: Bearer KEY."));
    if (KeySecret.same(given, settings.adminSecret().get().strip())) {
      Callers.setAdmin(request, CONFIGURED);
      return;
    }
    requireKnownKeys();
    ApiKey key =
        keys.valid(given, clock.instant())
            .filter(each -> each.role() == Role.ADMIN)
            .orElseThrow(() -> refused("The admin key is wrong, has expired or was revoked."));
    keys.used(key, clock.instant());
    Callers.setAdmin(request, key.name());
  }
}
