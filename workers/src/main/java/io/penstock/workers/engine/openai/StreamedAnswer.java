package io.penstock.workers.engine.openai;

import io.penstock.workers.engine.EngineListener;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that comes as server-sent events. Each event's data goes to the listener as
 * it is; what is put together of all is the body. A stream that ends before the answer does has
 * failed.
 */
final class StreamedAnswer implements HttpResponse.BodySubscriber<byte[]> {

  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final EngineListener listener;
  private final boolean usageWanted;
  private final AssembledAnswer answer;
  private final ServerSentEvents events;
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;
  private boolean told;
  private boolean done;
  private boolean closed;

  /**
   * @param usageWanted whether the requester asked for the chunk that counts tokens; the worker
   *     always asks the server for it
   */
  StreamedAnswer(EngineListener listener, boolean usageWanted, int maxBytes) {
    this.listener = listener;
    this.usageWanted = usageWanted;
    this.answer = new AssembledAnswer(maxBytes);
    this.events = new ServerSentEvents(this::event, maxBytes);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        events.take(buffer);
      }
      if (subscription != null) {
        subscription.request(1);
      }
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public void onError(Throwable problem) {
    body.completeExceptionally(problem);
  }

  @Override
  public synchronized void onComplete() {
    try {
      events.end();
      if (done || answer.isComplete()) {
        body.complete(answer.body());
      } else {
        fail(new IOException("the stream ended before the answer did"));
      }
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  /** From now on the listener hears nothing. */
  synchronized void close() {
    closed = true;
  }

  private void fail(Exception problem) {
    body.completeExceptionally(problem);
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private void event(byte[] data) throws IOException {
    if (done || closed || data.length == 0) {
      return;
    }
    if (Arrays.equals(data, DONE)) {
      done = true;
      return;
    }
    switch (answer.add(data)) {
      case OUTPUT -> {
        if (!told) {
          told = true;
          listener.firstToken();
        }
        listener.chunk(data);
      }
      case USAGE -> {
        if (usageWanted) {
          listener.chunk(data);
        }
      }
      case OTHER -> listener.chunk(data);
      // It becomes the reply; what is streamed is the answer only.
      case ERROR -> done = true;
    }
  }
}
