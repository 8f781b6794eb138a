package io.penstock.broker.http;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * A stream of server-sent events to one caller. What the caller has not read yet is kept, up to a
 * number of bytes. Used under a lock of its user's.
 */
final class EventSink {

  private final long mostBytes;
  private final AtomicLong unread = new AtomicLong();
  private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
  private final Sinks.Many<byte[]> sink = Sinks.many().unicast().onBackpressureBuffer(queue);
  private boolean ended;

  EventSink(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** What the caller reads. */
  Flux<byte[]> flux() {
    return sink.asFlux().doOnNext(each -> unread.addAndGet(-each.length));
  }

  /** Whether there is room for so many bytes more. */
  boolean hasRoom(int bytes) {
    return unread.get() + bytes <= mostBytes;
  }

  /** Sends an event, unless the stream has ended. */
  void send(byte[] event) {
    if (!ended) {
      unread.addAndGet(event.length);
      var _ = sink.tryEmitNext(event);
    }
  }

  /** Ends the stream. */
  void end() {
    if (!ended) {
      ended = true;
      var _ = sink.tryEmitComplete();
    }
  }
}
