package io.penstock.broker.webhooks;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Callers;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.time.Duration;
import java.util.Optional;

/**
 * Refuses a call that names a webhook endpoint of which its tenant would hear nothing, whatever the
 * path submits, and calls that come before this instance knows the endpoints.
 */
@ServerFilter("/v1/**")
final class WebhookHeaderFilter implements Ordered {

  /** Endpoints and dead letters. */
  private static final String PATHS = "/v1/webhook_";

  private final EndpointDirectory endpoints;

  WebhookHeaderFilter(EndpointDirectory endpoints) {
    this.endpoints = endpoints;
  }

  /** It comes after the filter that says who calls. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }

  /** Lets a call through or ends it. */
  @RequestFilter
  void pass(HttpRequest<?> request) {
    String named = request.getHeaders().get(WebhookChoice.HEADER);
    boolean asks = named != null || request.getPath().startsWith(PATHS);
    if (asks && !endpoints.isReady()) {
      throw new ApiException(
          ApiError.unavailable(
              "This instance does not know the webhook endpoints yet; try again in a moment.",
              Duration.ofSeconds(1)));
    }
    if (named == null) {
      return;
    }
    Optional<WebhookEndpoint> endpoint = endpoints.find(Callers.of(request).tenant(), named);
    if (endpoint.isEmpty()) {
      throw wrong(
          "unknown_webhook_endpoint",
          "must be the id of a webhook endpoint, as GET /v1/webhook_endpoints lists them");
    }
    if (!endpoints.isActive(endpoint.get())) {
      throw wrong(
          "webhook_endpoint_disabled", "names an endpoint that is disabled; enable it first");
    }
  }

  private static ApiException wrong(String code, String fault) {
    return new ApiException(
        ApiError.invalid(
            WebhookChoice.HEADER,
            code,
            "The header %s %s.".formatted(WebhookChoice.HEADER, fault)));
  }
}
