package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.stream.SseText;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;

/**
 * A stream of server-sent events to one caller. Comments keep it alive while nothing comes, and a
 * caller that reads too slowly is told so.
 *
 * <p>What the stream holds, such as the watch of a request, is given back once, however it ends: at
 * its end, when the caller goes, also before it has read anything, and when nobody ever reads it.
 * What others hear may come before {@link #start}. Subclasses work under the lock of this object.
 */
abstract class CallerStream implements Watcher {

  /** Chunks and results are read together, so what is missing after so long is lost. */
  static final Duration LATE = Duration.ofSeconds(5);

  /** The server reads an answer at once. One that it has not read after so long it never will. */
  static final Duration UNREAD = Duration.ofMinutes(1);

  private final ScheduledExecutorService timer;
  private final Duration keepAlive;
  private final AnswerBudget.Account account;
  private final EventSink sink;
  private final List<ScheduledFuture<?>> timers = new ArrayList<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private Runnable onGone = () -> {};
  private boolean spoke;
  private boolean read;
  private boolean over;

  /**
   * @param account the memory of what the caller has not read yet
   */
  CallerStream(
      ScheduledExecutorService timer, ConnectionSettings settings, AnswerBudget.Account account) {
    this.timer = timer;
    this.keepAlive = settings.keepAlive();
    this.sink = new EventSink(settings.maxStreamBytes(), account);
    this.account = account;
  }

  /** What a comment says while nothing comes; empty where none is due. */
  abstract Optional<String> idle();

  /** Ends the stream, or leaves something out, because its caller reads too slowly. */
  abstract void tooSlow();

  /** Has something given back when the stream is over; at once, if it is. */
  final synchronized void hold(Runnable giveBack) {
    if (over) {
      giveBack.run();
    } else {
      held.push(giveBack);
    }
  }

  /**
   * Starts.
   *
   * @param request the stream is over when its connection ends
   * @param first what the caller reads before all that is sent
   * @param gone runs once if the caller goes before the end, or never reads
   * @return what the caller reads
   */
  final synchronized Flux<byte[]> start(HttpRequest<?> request, Flux<byte[]> first, Runnable gone) {
    onGone = gone;
    if (!over) {
      timers.add(
          timer.scheduleAtFixedRate(
              this::keepAlive, keepAlive.toMillis(), keepAlive.toMillis(), TimeUnit.MILLISECONDS));
      later(UNREAD, this::unread);
    }
    // What was sent stays in memory beyond the end of the stream, until it is read.
    HangUp hangUp = new HangUp(request, this::gone);
    return Flux.concat(first, sink.flux())
        .doOnSubscribe(_ -> read())
        .doFinally(
            _ -> {
              hangUp.close();
              gone();
            });
  }

  /** The memory of what the caller has not read yet. */
  final AnswerBudget.Account account() {
    return account;
  }

  /** Does something later, unless the stream is over by then. */
  final synchronized void later(Duration in, Runnable action) {
    if (!over) {
      timers.add(timer.schedule(() -> runIfOpen(action), in.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  private synchronized void runIfOpen(Runnable action) {
    if (!over) {
      action.run();
    }
  }

  /**
   * Sends an event.
   *
   * @param anyway whether it is sent to a slow caller, too, since it belongs to the end
   * @return whether it was sent
   */
  final synchronized boolean send(byte[] text, boolean anyway) {
    if (over) {
      return false;
    }
    if (!sink.send(text, anyway)) {
      tooSlow();
      return false;
    }
    spoke = true;
    return true;
  }

  /** Ends the stream with a short event; without one in the middle, so that the caller notices. */
  final synchronized void finish(Optional<byte[]> last) {
    if (giveBack()) {
      last.ifPresentOrElse(sink::end, sink::breakOff);
    }
  }

  /** Ends the stream behind what was sent. */
  final synchronized void finish() {
    if (giveBack()) {
      sink.end();
    }
  }

  /** The caller has gone, or will never have the stream. */
  final synchronized void gone() {
    if (giveBack()) {
      sink.end();
      onGone.run();
    }
    account.close();
  }

  /** Makes what the stream is of. If that fails, nothing of the stream stays. */
  final <T> T of(Supplier<T> made) {
    try {
      return made.get();
    } catch (RuntimeException failed) {
      gone();
      throw failed;
    }
  }

  final synchronized boolean isOver() {
    return over;
  }

  private synchronized void read() {
    read = true;
  }

  /** The caller has gone without a word; should it read after all, it is told what happened. */
  private void unread() {
    if (!read) {
      tooSlow();
      finish();
      onGone.run();
      account.close();
    }
  }

  private synchronized void keepAlive() {
    if (!over && !spoke && sink.hasRoom()) {
      boolean _ = idle().map(text -> sink.send(SseText.comment(text), false)).orElse(false);
    }
    spoke = false;
  }

  /** Returns whether the stream was not over before. */
  private synchronized boolean giveBack() {
    if (over) {
      return false;
    }
    over = true;
    timers.forEach(each -> each.cancel(false));
    timers.clear();
    while (!held.isEmpty()) {
      held.pop().run();
    }
    return true;
  }
}
