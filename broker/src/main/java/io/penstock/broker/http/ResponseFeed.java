package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.connections.TenantShares.Taking;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.responses.ResponseEvent;
import io.penstock.broker.responses.ResponseStream;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.SseText;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Sends the events of one response to one caller: first what the log had of it, as fast as the
 * caller reads, and then what comes. What comes while the caller still reads the first part waits,
 * within the bound of a stream.
 */
final class ResponseFeed extends CallerStream {

  /** How often it is looked at how fast the caller reads what the log had. */
  static final Duration LOOK = Duration.ofSeconds(30);

  /** Whoever reads that more slowly must come again for the rest, since it lies in memory. */
  private static final int LEAST_BYTES_PER_SECOND = 4 * 1024;

  private final long mostWaitingBytes;
  private final List<Step> waiting = new ArrayList<>();
  private long waitingBytes;
  private boolean tooMuchWaits;
  private @Nullable ResponseStream stream;
  private ReplayBudget.Share share = ReplayBudget.Share.none();
  private long replayedBytes;
  private boolean answered;
  private boolean live;
  private boolean stopping;
  private boolean answering;

  /** Something that happened to the response, and what it makes the stream send. */
  @FunctionalInterface
  private interface Step extends Function<ResponseStream, List<ResponseEvent>> {}

  /**
   * What the log has of a response.
   *
   * @param chunks in the order of the log
   * @param result empty if it has not ended
   * @param complete whether no more chunks are to come
   * @param share the memory of the chunks; given back as they are sent
   */
  record Past(
      List<TokenChunk> chunks,
      Optional<InferenceResult> result,
      boolean complete,
      ReplayBudget.Share share) {

    static final Past NONE =
        new Past(List.of(), Optional.empty(), false, ReplayBudget.Share.none());
  }

  ResponseFeed(
      ScheduledExecutorService timer, ConnectionSettings settings, AnswerBudget.Account account) {
    super(timer, settings, account);
    this.mostWaitingBytes = settings.maxStreamBytes();
    hold(waiting::clear);
  }

  /**
   * Begins to send.
   *
   * @param request the caller's
   * @param past what the log had after the watching of the response began
   * @param most how long the answer may take to begin; empty: as long as it likes
   * @param onGone runs once if the caller goes before the end
   */
  synchronized Flux<byte[]> begin(
      HttpRequest<?> request,
      String id,
      ResponseStream events,
      Past past,
      Optional<Duration> most,
      Runnable onGone) {
    stream = events;
    share = past.share();
    answered |= past.result().isPresent();
    hold(share::close);
    most.ifPresent(length -> later(length, this::late));
    // The first bytes take the headers with them, and so the response's id.
    Flux<byte[]> first = Flux.just(SseText.comment("response " + id));
    Queue<Step> steps = steps(past);
    hold(steps::clear);
    Flux<byte[]> replayed = drained(steps).concatMapIterable(this::replay, 1);
    if (!past.chunks().isEmpty()) {
      replayed = replayed.doOnSubscribe(_ -> later(LOOK, () -> lookAtPace(0)));
    }
    return start(request, Flux.concat(first, replayed, Flux.defer(this::goLive)), onGone);
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

  private Queue<Step> steps(Past past) {
    Queue<Step> steps = new ConcurrentLinkedQueue<>();
    steps.add(ResponseStream::begin);
    past.chunks().forEach(chunk -> steps.add(events -> replayed(chunk, events)));
    past.result().ifPresent(result -> steps.add(events -> events.result(result)));
    if (past.complete()) {
      steps.add(ResponseStream::giveUp);
    }
    return steps;
  }

  private List<ResponseEvent> replayed(TokenChunk chunk, ResponseStream events) {
    share.sent(chunk);
    replayedBytes += chunk.getData().remaining();
    return events.chunk(chunk);
  }

  /** Looks whether enough was read since the last time. */
  private void lookAtPace(long before) {
    long now = replayedBytes;
    if (live) {
      return;
    }
    if (now - before < LOOK.toSeconds() * LEAST_BYTES_PER_SECOND) {
      tooSlow();
    } else {
      later(LOOK, () -> lookAtPace(now));
    }
  }

  private synchronized List<byte[]> replay(Step step) {
    if (isOver() || stream == null) {
      return List.of();
    }
    List<ResponseEvent> events = step.apply(stream);
    answering |= events.stream().anyMatch(ResponseEvent::isOfAnswer);
    List<byte[]> texts = events.stream().map(ResponseFeed::text).toList();
    if (stream.isEnded()) {
      finish();
    }
    return texts;
  }

  private synchronized Flux<byte[]> goLive() {
    share.close();
    if (isOver()) {
      return Flux.empty();
    }
    live = true;
    account().giveBack(waitingBytes);
    if (tooMuchWaits) {
      tooSlow();
    }
    // The last one clears the list.
    List.copyOf(waiting).forEach(this::apply);
    waiting.clear();
    if (stopping) {
      sayThatItStops();
    }
    if (answered) {
      giveUpLater();
    }
    return Flux.empty();
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
    take(record.bodyBytes(), events -> events.result(record.result()));
    synchronized (this) {
      answered = true;
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

  private synchronized void take(long bytes, Step step) {
    if (isOver()) {
      return;
    }
    if (live) {
      apply(step);
    } else {
      tooMuchWaits |=
          waitingBytes + bytes > mostWaitingBytes || account().take(bytes) != Taking.TAKEN;
      if (!tooMuchWaits) {
        waitingBytes += bytes;
        waiting.add(step);
      }
    }
  }

  /** Nothing follows a result for long. It counts from when both are here: result and reader. */
  private void giveUpLater() {
    later(LATE, () -> take(0, ResponseStream::giveUp));
  }

  private void apply(Step step) {
    ResponseStream events = stream;
    if (isOver() || events == null) {
      return;
    }
    for (ResponseEvent each : step.apply(events)) {
      if (!send(text(each), events.isEnded())) {
        return;
      }
      answering |= each.isOfAnswer();
    }
    if (events.isEnded()) {
      finish();
    }
  }

  private static byte[] text(ResponseEvent event) {
    return SseText.data(Optional.of(event.type()), event.bytes());
  }

  @Override
  Optional<String> idle() {
    return live ? Optional.of(answering ? "more follows" : "waiting") : Optional.empty();
  }

  private void late() {
    if (live && !answering) {
      fail("wait_timeout", "The answer was not begun in time. The response goes on.");
    }
  }

  @Override
  void tooSlow() {
    fail(
        "reader_too_slow",
        "The stream was read too slowly. Read on from the last sequence_number that you have.");
  }

  private void fail(String code, String message) {
    ResponseStream events = stream;
    if (!isOver() && events != null) {
      List<ResponseEvent> last = events.fail(ApiError.server(504, code, message));
      finish(last.stream().findFirst().map(ResponseFeed::text));
    }
  }
}
