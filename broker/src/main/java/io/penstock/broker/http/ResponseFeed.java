package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.responses.ResponseEvent;
import io.penstock.broker.responses.ResponseStream;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.SseText;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Sends the events of one response to one caller: first what the log had of it, as fast as the
 * caller reads, and then what comes. What comes while the caller still reads the first part waits,
 * within the bound of a stream.
 */
final class ResponseFeed implements Watcher {

  /** Chunks and results are read together, so what is missing after so long is lost. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final ScheduledExecutorService timer;
  private final ConnectionSettings settings;
  private final EventSink sink;
  private final List<ScheduledFuture<?>> timers = new ArrayList<>();
  private final List<Step> waiting = new ArrayList<>();
  private long waitingBytes;
  private @Nullable ResponseStream stream;
  private ReplayBudget.Share share = ReplayBudget.Share.NONE;
  private Runnable ended = () -> {};
  private boolean live;
  private boolean stopping;
  private boolean answering;
  private boolean spoke;
  private boolean over;

  /** Something that happened to the response, and what it makes the stream send. */
  @FunctionalInterface
  private interface Step extends Function<ResponseStream, List<ResponseEvent>> {}

  /**
   * What the log has of a response.
   *
   * @param chunks in the order of the log
   * @param result empty if it has not ended
   * @param complete whether no more chunks are to come
   * @param share the memory of the chunks; given back when they are sent
   */
  record Past(
      List<TokenChunk> chunks,
      Optional<InferenceResult> result,
      boolean complete,
      ReplayBudget.Share share) {

    static final Past NONE = new Past(List.of(), Optional.empty(), false, ReplayBudget.Share.NONE);
  }

  ResponseFeed(ScheduledExecutorService timer, ConnectionSettings settings) {
    this.timer = timer;
    this.settings = settings;
    this.sink = new EventSink(settings.maxStreamBytes());
  }

  /**
   * Begins to send.
   *
   * @param past what the log had after the watching of the response began
   * @param most how long the answer may take to begin; empty: as long as it likes
   * @param onEnd runs once when the stream has ended or the caller has gone
   * @param onGone runs besides if the caller has gone
   */
  synchronized Flux<byte[]> begin(
      String id,
      ResponseStream events,
      Past past,
      Optional<Duration> most,
      Runnable onEnd,
      Runnable onGone) {
    stream = events;
    ended = onEnd;
    share = past.share();
    long keepAlive = settings.keepAlive().toMillis();
    timers.add(
        timer.scheduleAtFixedRate(this::keepAlive, keepAlive, keepAlive, TimeUnit.MILLISECONDS));
    most.ifPresent(
        length -> timers.add(timer.schedule(this::late, length.toMillis(), TimeUnit.MILLISECONDS)));
    // The first bytes take the headers with them, and so the response's id.
    Flux<byte[]> first = Flux.just(SseText.comment("response " + id));
    Flux<byte[]> replayed = drained(steps(past)).concatMapIterable(this::replay, 1);
    return Flux.concat(first, replayed, Flux.defer(this::goLive))
        .doOnCancel(
            () -> {
              if (stop()) {
                onGone.run();
              }
            });
  }

  /** What was sent is not kept. */
  private static Flux<Step> drained(Queue<Step> steps) {
    return Flux.generate(
        next -> {
          Step step = steps.poll();
          if (step == null) {
            next.complete();
          } else {
            next.next(step);
          }
        });
  }

  private static Queue<Step> steps(Past past) {
    Queue<Step> steps = new ArrayDeque<>();
    steps.add(ResponseStream::begin);
    past.chunks().forEach(chunk -> steps.add(events -> events.chunk(chunk)));
    past.result().ifPresent(result -> steps.add(events -> events.result(result)));
    if (past.complete()) {
      steps.add(ResponseStream::giveUp);
    }
    return steps;
  }

  private synchronized List<byte[]> replay(Step step) {
    if (over || stream == null) {
      return List.of();
    }
    List<ResponseEvent> events = step.apply(stream);
    answering |= events.stream().anyMatch(ResponseEvent::isOfAnswer);
    List<byte[]> texts = events.stream().map(ResponseFeed::text).toList();
    if (stream.isEnded()) {
      stop();
    }
    return texts;
  }

  private synchronized Flux<byte[]> goLive() {
    share.close();
    if (over) {
      return Flux.empty();
    }
    live = true;
    if (waitingBytes > settings.maxStreamBytes()) {
      tooSlow();
    }
    // The last one clears the list.
    List.copyOf(waiting).forEach(this::apply);
    waiting.clear();
    if (stopping) {
      sayThatItStops();
    }
    giveUpLater();
    return sink.flux(() -> {});
  }

  @Override
  public void status(RequestStatus status) {
    if (status.getState() == RequestState.LEASED) {
      take(0, ResponseStream::started);
    }
  }

  @Override
  public void chunk(TokenChunk chunk) {
    take(chunk.getData().remaining(), events -> events.chunk(chunk));
  }

  @Override
  public void result(ResultRecord record) {
    take(0, events -> events.result(record.result()));
    synchronized (this) {
      if (live) {
        giveUpLater();
      }
    }
  }

  /** Those who still read what the log had read that to its end. */
  @Override
  public synchronized void stopping() {
    stopping = true;
    if (live) {
      sayThatItStops();
    }
  }

  private void sayThatItStops() {
    fail(
        "instance_stopping",
        "This instance stops, and the response goes on. Read on at another one from the last"
            + " sequence_number that you have.");
  }

  private synchronized void take(int bytes, Step step) {
    if (over) {
      return;
    }
    if (live) {
      apply(step);
    } else {
      waitingBytes += bytes;
      if (waitingBytes <= settings.maxStreamBytes()) {
        waiting.add(step);
      }
    }
  }

  /** Nothing follows a result for long. Where there is none yet, this changes nothing. */
  private void giveUpLater() {
    if (!over) {
      timers.add(
          timer.schedule(
              () -> take(0, ResponseStream::giveUp), LATE.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  private void apply(Step step) {
    ResponseStream events = stream;
    if (over || events == null) {
      return;
    }
    for (ResponseEvent each : step.apply(events)) {
      byte[] text = text(each);
      if (!events.isEnded() && !sink.hasRoom(text.length)) {
        tooSlow();
        return;
      }
      spoke = true;
      answering |= each.isOfAnswer();
      sink.send(text);
    }
    if (events.isEnded()) {
      finish();
    }
  }

  private static byte[] text(ResponseEvent event) {
    return SseText.data(Optional.of(event.type()), event.bytes());
  }

  private synchronized void keepAlive() {
    if (live && !over && !spoke && sink.hasRoom(0)) {
      sink.send(SseText.comment(answering ? "more follows" : "waiting"));
    }
    spoke = false;
  }

  private synchronized void late() {
    if (live && !answering) {
      fail("wait_timeout", "The answer was not begun in time. The response goes on.");
    }
  }

  private void tooSlow() {
    fail(
        "reader_too_slow",
        "The stream was read too slowly. Read on from the last sequence_number that you have.");
  }

  private void fail(String code, String message) {
    ResponseStream events = stream;
    if (!over && events != null) {
      events.fail(ApiError.server(504, code, message)).forEach(event -> sink.send(text(event)));
      finish();
    }
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
    waiting.clear();
    share.close();
    ended.run();
    return true;
  }
}
