package io.penstock.broker.http;

import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.context.event.HttpRequestTerminatedEvent;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.connections.TenantShares.Taking;
import io.penstock.broker.errors.ApiError;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Lets a whole answer out if there is memory to keep it until its client has read it. Streams look
 * after themselves.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class AnswerBudgetFilter
    implements Ordered, ApplicationEventListener<HttpRequestTerminatedEvent> {

  private static final String ACCOUNT = "penstock.answer-account";
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final String READ =
      " Read them first. If this call sent a request, its answer can be fetched with GET"
          + " /v1/requests/ID/result, where ID is the header penstock-request-id.";

  private final AnswerBudget budget;

  AnswerBudgetFilter(AnswerBudget budget) {
    this.budget = budget;
  }

  @Override
  public int getOrder() {
    // What counts answers sees what becomes of this one.
    return Ordered.HIGHEST_PRECEDENCE + 2;
  }

  /** Puts an error in the place of an answer for which there is no memory. */
  @ResponseFilter
  MutableHttpResponse<?> keep(HttpRequest<?> request, MutableHttpResponse<?> response) {
    if (!(response.body() instanceof byte[] body) || body.length <= AnswerBudget.FREE_BYTES) {
      return response;
    }
    AnswerBudget.Account account = budget.open(holder(request));
    Taking taking = account.take(body.length);
    if (taking != Taking.TAKEN) {
      return refused(request, response, taking);
    }
    request.setAttribute(ACCOUNT, account);
    var _ = new HangUp(request, account::close);
    return response;
  }

  /** Whoever needs no key takes nothing from operators; no tenant has such a name as theirs. */
  private static String holder(HttpRequest<?> request) {
    return Replies.isAdmin(request.getPath()) ? "/admin" : Callers.tenantOrNone(request);
  }

  private static MutableHttpResponse<?> refused(
      HttpRequest<?> request, MutableHttpResponse<?> response, Taking taking) {
    ApiError error =
        taking == Taking.TENANT_HAS_ITS_SHARE
            ? new ApiError(
                    429,
                    "requests",
                    "too_many_unread_answers",
                    "Answers that you have not read yet take the memory that you may have here."
                        + READ,
                    Optional.empty(),
                    Map.of())
                .retryAfter(PAUSE)
            : ApiError.unavailable(
                "Answers that clients have not read yet take all the memory there is for them."
                    + READ,
                PAUSE);
    // A request that was answered is not to be run again.
    ApiError told =
        request.getMethod() == HttpMethod.POST ? error.with(ApiError.SHOULD_RETRY, "false") : error;
    MutableHttpResponse<byte[]> instead = Replies.of(told, request.getPath());
    response
        .getHeaders()
        .forEach(
            (name, values) -> {
              if (!instead.getHeaders().contains(name)) {
                values.forEach(value -> instead.header(name, value));
              }
            });
    return instead;
  }

  /** The answer was handed to the connection. What is written behind it is taken after it. */
  @Override
  public void onApplicationEvent(HttpRequestTerminatedEvent ended) {
    HttpRequest<?> request = ended.getSource();
    request
        .getAttribute(ACCOUNT, AnswerBudget.Account.class)
        .ifPresent(
            account -> {
              Optional<Channel> channel = HangUp.channel(request);
              if (channel.isEmpty()) {
                account.close();
              } else {
                var _ =
                    channel
                        .get()
                        .writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(_ -> account.close());
              }
            });
  }
}
