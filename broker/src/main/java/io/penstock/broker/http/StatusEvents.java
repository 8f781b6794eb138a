package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.SseText;
import io.penstock.schemas.RequestStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Streams what happens to one request to one caller, until it has ended. */
final class StatusEvents implements Watcher {

  private final EventSink sink;
  private final Supplier<Optional<ObjectNode>> status;
  private final ScheduledExecutorService timer;
  private final Duration pause;
  private @Nullable ScheduledFuture<?> keepAlive;
  private Runnable ended = () -> {};
  private boolean over;
  private @Nullable String last;

  /**
   * @param status what is known of the request now
   */
  StatusEvents(
      ScheduledExecutorService timer,
      ConnectionSettings settings,
      Supplier<Optional<ObjectNode>> status) {
    this.sink = new EventSink(settings.maxStreamBytes());
    this.status = status;
    this.timer = timer;
    this.pause = settings.keepAlive();
  }

  /**
   * Begins with what is known.
   *
   * @param onEnd runs once when the stream has ended or the caller has gone
   */
  synchronized Flux<byte[]> begin(KnownRequest known, Runnable onEnd) {
    if (over) {
      // The result came before.
      onEnd.run();
      return sink.flux(this::stop);
    }
    ended = onEnd;
    keepAlive =
        timer.scheduleAtFixedRate(
            this::keepAlive, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    tell();
    if (known.isFinished()) {
      finish();
    }
    return sink.flux(this::stop);
  }

  @Override
  public synchronized void status(RequestStatus news) {
    tell();
  }

  @Override
  public synchronized void result(ResultRecord record) {
    if (record.isFirst()) {
      tell();
      finish();
    }
  }

  @Override
  public synchronized void stopping() {
    finish();
  }

  private void tell() {
    if (over) {
      return;
    }
    status
        .get()
        .ifPresent(
            json -> {
              String state = json.path("status").asText() + json.path("attempts").asText();
              byte[] text = SseText.data(Optional.of("status"), Replies.bytes(json));
              if (!state.equals(last) && sink.hasRoom(text.length)) {
                last = state;
                sink.send(text);
              }
            });
  }

  private synchronized void keepAlive() {
    if (!over && sink.hasRoom(0)) {
      sink.send(SseText.comment("waiting"));
    }
  }

  private void finish() {
    sink.end();
    stop();
  }

  private synchronized void stop() {
    if (!over) {
      over = true;
      if (keepAlive != null) {
        keepAlive.cancel(false);
      }
      ended.run();
    }
  }
}
