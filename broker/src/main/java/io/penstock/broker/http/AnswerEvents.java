package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.AnswerStream;
import io.penstock.broker.stream.SseText;
import io.penstock.broker.stream.StreamEvent;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Streams one answer to one caller: its chunks as they come, comments while nothing comes, and at
 * the end either {@code [DONE]} or an error. Chunks may come before {@link #begin}.
 */
final class AnswerEvents implements Watcher {

  /** Chunks and results are read together, so what is missing after so long is lost. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final ScheduledExecutorService timer;
  private final ConnectionSettings settings;
  private final EventSink sink;
  private final List<ScheduledFuture<?>> timers = new ArrayList<>();
  private final List<Runnable> early = new ArrayList<>();
  private @Nullable AnswerStream answer;
  private @Nullable String id;
  private Runnable ended = () -> {};
  private boolean begun;
  private boolean spoke;
  private boolean over;

  AnswerEvents(ScheduledExecutorService timer, ConnectionSettings settings) {
    this.timer = timer;
    this.settings = settings;
    this.sink = new EventSink(settings.maxStreamBytes());
  }

  /**
   * Begins to send.
   *
   * @param requestId the request's id
   * @param includeUsage whether the caller asked for the usage
   * @param most how long the first chunk may take
   * @param onEnd runs once when the stream has ended or the caller has gone
   * @param onGone runs besides if the caller has gone
   */
  synchronized Flux<byte[]> begin(
      String requestId, boolean includeUsage, Duration most, Runnable onEnd, Runnable onGone) {
    id = requestId;
    answer = new AnswerStream(requestId, includeUsage);
    ended = onEnd;
    // The first bytes take the headers with them, and so the request's id.
    sink.send(SseText.comment("request " + requestId));
    long keepAlive = settings.keepAlive().toMillis();
    timers.add(
        timer.scheduleAtFixedRate(this::keepAlive, keepAlive, keepAlive, TimeUnit.MILLISECONDS));
    timers.add(timer.schedule(this::late, most.toMillis(), TimeUnit.MILLISECONDS));
    early.forEach(Runnable::run);
    early.clear();
    return sink.flux(
        () -> {
          if (stop()) {
            onGone.run();
          }
        });
  }

  @Override
  public synchronized void chunk(TokenChunk chunk) {
    AnswerStream stream = answer;
    if (stream == null) {
      early.add(() -> chunk(chunk));
    } else {
      send(stream.chunk(chunk));
    }
  }

  @Override
  public synchronized void result(ResultRecord record) {
    AnswerStream stream = answer;
    if (stream == null) {
      early.add(() -> result(record));
      return;
    }
    send(stream.result(record.result()));
    if (!over) {
      timers.add(
          timer.schedule(
              () -> {
                synchronized (this) {
                  send(stream.giveUp());
                }
              },
              LATE.toMillis(),
              TimeUnit.MILLISECONDS));
    }
  }

  @Override
  public synchronized void stopping() {
    if (answer == null) {
      early.add(this::stopping);
    } else if (!over) {
      fail(
          "instance_stopping",
          "The instance that streamed request %s stops. The request goes on, and its answer can be"
              + " fetched with GET /v1/requests/%s/result.");
    }
  }

  private void send(List<StreamEvent> events) {
    for (StreamEvent each : events) {
      if (over) {
        return;
      }
      spoke = true;
      begun = true;
      byte[] text = SseText.of(each);
      if (!each.isLast() && !sink.hasRoom(text.length)) {
        fail(
            "reader_too_slow",
            "The stream was read too slowly. The whole answer of request %s can be fetched with GET"
                + " /v1/requests/%s/result.");
        return;
      }
      sink.send(text);
      if (each.isLast()) {
        finish();
      }
    }
  }

  private synchronized void keepAlive() {
    if (!over && !spoke && sink.hasRoom(0)) {
      sink.send(SseText.comment(begun ? "more follows" : "waiting"));
    }
    spoke = false;
  }

  private synchronized void late() {
    if (!over && !begun) {
      fail(
          "wait_timeout",
          "Request %s was not begun in time. It goes on, and its answer can be fetched with GET"
              + " /v1/requests/%s/result.");
    }
  }

  private void fail(String code, String message) {
    ApiError error = ApiError.server(504, code, message.formatted(id, id));
    sink.send(SseText.of(new StreamEvent.Failed(error)));
    finish();
  }

  private void finish() {
    if (stop()) {
      sink.end();
    }
  }

  /** Returns whether this was the end. */
  private synchronized boolean stop() {
    if (over) {
      return false;
    }
    over = true;
    timers.forEach(each -> each.cancel(false));
    timers.clear();
    ended.run();
    return true;
  }
}
