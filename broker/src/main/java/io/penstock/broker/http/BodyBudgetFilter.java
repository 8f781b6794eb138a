package io.penstock.broker.http;

import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.context.event.HttpRequestTerminatedEvent;
import io.penstock.broker.connections.BodyBudget;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.OptionalLong;

/** Lets a call in if there is memory for its body, and holds it until the call has ended. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class BodyBudgetFilter
    implements Ordered, ApplicationEventListener<HttpRequestTerminatedEvent> {

  private static final String SHARE = "penstock.body-share";

  private final BodyBudget budget;

  BodyBudgetFilter(BodyBudget budget) {
    this.budget = budget;
  }

  @Override
  public int getOrder() {
    // Nobody whose key is wrong takes a share.
    return Ordered.HIGHEST_PRECEDENCE + 2;
  }

  @RequestFilter
  void take(HttpRequest<?> request) {
    if (!HttpMethod.permitsRequestBody(request.getMethod())) {
      return;
    }
    BodyBudget.Share share =
        budget
            .take(Callers.tenantOrNone(request), length(request))
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.unavailable(
                            "The bodies of the calls in progress take all the memory there is for"
                                + " them; try again in a moment.",
                            Duration.ofSeconds(1))));
    request.setAttribute(SHARE, share);
  }

  /** The body has come: what was taken beyond its size is given back. */
  static void came(HttpRequest<?> request, int bytes) {
    request.getAttribute(SHARE, BodyBudget.Share.class).ifPresent(share -> share.shrinkTo(bytes));
  }

  private static OptionalLong length(HttpRequest<?> request) {
    boolean chunked = request.getHeaders().contains(HttpHeaders.TRANSFER_ENCODING);
    long length = request.getContentLength();
    return length >= 0
        ? OptionalLong.of(length)
        : chunked ? OptionalLong.empty() : OptionalLong.of(0);
  }

  @Override
  public void onApplicationEvent(HttpRequestTerminatedEvent ended) {
    ended
        .getSource()
        .getAttribute(SHARE, BodyBudget.Share.class)
        .ifPresent(BodyBudget.Share::giveBack);
  }
}
