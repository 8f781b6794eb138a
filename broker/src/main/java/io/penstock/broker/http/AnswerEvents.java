package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.connections.TenantShares.Taking;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.AnswerStream;
import io.penstock.broker.stream.SseText;
import io.penstock.broker.stream.StreamEvent;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Streams one answer to one caller: its chunks as they come, and at the end either {@code [DONE]}
 * or an error. Chunks may come before {@link #begin}.
 */
final class AnswerEvents extends CallerStream {

  private final List<Runnable> early = new ArrayList<>();
  private long earlyBytes;
  private boolean tooMuchEarly;
  private @Nullable AnswerStream answer;
  private @Nullable String id;
  private boolean begun;

  AnswerEvents(
      ScheduledExecutorService timer, ConnectionSettings settings, AnswerBudget.Account account) {
    super(timer, settings, account);
  }

  /**
   * Begins to send.
   *
   * @param request the caller's
   * @param requestId the id of what it has submitted
   * @param includeUsage whether the caller asked for the usage
   * @param most how long the first chunk may take
   * @param onGone runs once if the caller goes before the end
   */
  synchronized Flux<byte[]> begin(
      HttpRequest<?> request,
      String requestId,
      boolean includeUsage,
      Duration most,
      Runnable onGone) {
    id = requestId;
    answer = new AnswerStream(requestId, includeUsage);
    // The first bytes take the headers with them, and so the request's id.
    Flux<byte[]> first = Flux.just(SseText.comment("request " + requestId));
    Flux<byte[]> flux = start(request, first, onGone);
    later(most, this::late);
    account().giveBack(earlyBytes);
    early.forEach(Runnable::run);
    early.clear();
    if (tooMuchEarly && !isOver()) {
      tooSlow();
    }
    return flux;
  }

  @Override
  public synchronized void chunk(TokenChunk chunk) {
    AnswerStream stream = answer;
    if (stream == null) {
      early(chunk.getData().remaining(), () -> chunk(chunk));
    } else {
      send(stream.chunk(chunk));
    }
  }

  @Override
  public synchronized void result(ResultRecord record) {
    AnswerStream stream = answer;
    if (stream == null) {
      early(record.bodyBytes(), () -> result(record));
    } else {
      send(stream.result(record.result()));
      later(LATE, () -> send(stream.giveUp()));
    }
  }

  @Override
  public synchronized void stopping() {
    if (answer == null) {
      early(0, this::stopping);
    } else {
      fail(
          "instance_stopping",
          "The instance that streamed request %s stops. The request goes on, and its answer can be"
              + " fetched with GET /v1/requests/%s/result.");
    }
  }

  private void early(long bytes, Runnable news) {
    tooMuchEarly |= account().take(bytes) != Taking.TAKEN;
    if (!tooMuchEarly) {
      earlyBytes += bytes;
      early.add(news);
    }
  }

  private void send(List<StreamEvent> events) {
    for (StreamEvent each : events) {
      if (isOver()) {
        return;
      }
      begun = true;
      boolean _ = send(SseText.of(each), each.isLast());
      if (each.isLast()) {
        finish();
      }
    }
  }

  @Override
  Optional<String> idle() {
    return Optional.of(begun ? "more follows" : "waiting");
  }

  private void late() {
    if (!begun) {
      fail(
          "wait_timeout",
          "Request %s was not begun in time. It goes on, and its answer can be fetched with GET"
              + " /v1/requests/%s/result.");
    }
  }

  @Override
  void tooSlow() {
    fail(
        "reader_too_slow",
        "The stream was read too slowly. The whole answer of request %s can be fetched with GET"
            + " /v1/requests/%s/result.");
  }

  private void fail(String code, String message) {
    ApiError error = ApiError.server(504, code, message.formatted(id, id));
    finish(Optional.of(SseText.of(new StreamEvent.Failed(error))));
  }
}
