package io.penstock.broker.http;

import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.connections.TenantShares.Taking;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * A stream of server-sent events to one caller. What the caller has not read yet is kept, up to a
 * number of bytes, and while there is memory for it. Used under a lock of its user's.
 */
final class EventSink {

  private final long mostBytes;
  private final AnswerBudget.Account account;
  private final Queue<Piece> queue = new ConcurrentLinkedQueue<>();
  private final Sinks.Many<Piece> sink = Sinks.many().unicast().onBackpressureBuffer(queue);
  private boolean ended;

  /** An event, and what it took of the account. */
  private record Piece(byte[] text, long taken) {}

  /**
   * @param mostBytes of this stream that are kept
   * @param account the memory of this stream; may hold something else as well
   */
  EventSink(long mostBytes, AnswerBudget.Account account) {
    this.mostBytes = mostBytes;
    this.account = account;
  }

  /** What the caller reads. */
  Flux<byte[]> flux() {
    return sink.asFlux()
        .map(
            piece -> {
              account.giveBack(piece.taken);
              return piece.text;
            });
  }

  /** Whether the caller may leave more unread. */
  boolean hasRoom() {
    return account.held() <= mostBytes;
  }

  /**
   * Sends an event, unless the stream has ended.
   *
   * @param anyway whether the bound of the stream does not matter
   * @return whether it was sent; if not, there is no room for it
   */
  boolean send(byte[] event, boolean anyway) {
    if (ended) {
      return true;
    }
    boolean room = anyway || account.held() + event.length <= mostBytes;
    if (!room || account.take(event.length) != Taking.TAKEN) {
      return false;
    }
    var _ = sink.tryEmitNext(new Piece(event, event.length));
    return true;
  }

  /** Ends the stream with a short event, for which there always is room. */
  void end(byte[] last) {
    if (!ended) {
      var _ = sink.tryEmitNext(new Piece(last, 0));
      end();
    }
  }

  /** Ends the stream. */
  void end() {
    if (!ended) {
      ended = true;
      var _ = sink.tryEmitComplete();
    }
  }

  /** Ends the stream in the middle: the caller sees the connection break behind what was sent. */
  void breakOff() {
    if (!ended) {
      ended = true;
      var _ = sink.tryEmitError(new IOException("the client reads its stream too slowly"));
    }
  }
}
