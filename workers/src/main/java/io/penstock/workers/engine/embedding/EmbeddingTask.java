package io.penstock.workers.engine.embedding;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.text.Printable;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.EmbeddingAnswer;
import io.penstock.workers.engine.body.EmbeddingBody;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request on its way through an inference thread. It ends once: by an answer, a failure, or the
 * caller's stop, whichever is first.
 */
final class EmbeddingTask implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingTask.class);

  private final EngineRequest request;
  private final EmbeddingBody body;
  private final EmbeddingMeter meter;
  private final CompletableFuture<EngineReply> reply = new CompletableFuture<>();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean stopped;

  EmbeddingTask(EngineRequest request, EmbeddingBody body, EmbeddingMeter meter) {
    this.request = request;
    this.body = body;
    this.meter = meter;
    meter.accepted(request.promptTokens());
  }

  CompletableFuture<EngineReply> reply() {
    return reply;
  }

  @Override
  public void run() {
    if (!begun.compareAndSet(false, true)) {
      return; // The task was stopped before it began.
    }
    meter.begun();
    try {
      reply.complete(embedAll());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("request {}: the embedding model failed", Printable.of(request.id()), e);
      reply.complete(
          EngineReply.Failed.of(
              FailureCategory.RETRYABLE, "engine_error", "the embedding model failed: " + e));
    } finally {
      meter.ended(request.promptTokens());
      released.countDown();
    }
  }

  /**
   * Ends the task with this reply unless it has ended, and waits until its inference thread has let
   * go of it: the time of one text at most.
   */
  void stop(EngineReply instead) {
    abandon(instead);
    awaitRelease();
  }

  /** Ends the task like {@link #stop}, without waiting. */
  void abandon(EngineReply instead) {
    stopped = true;
    reply.complete(instead);
    if (begun.compareAndSet(false, true)) {
      meter.dropped(request.promptTokens());
      released.countDown();
    }
  }

  private void awaitRelease() {
    boolean interrupted = false;
    while (true) {
      try {
        released.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static EngineReply tooLong(String field) {
    return new EngineReply.Failed(
        Failure.newBuilder()
            .setCategory(FailureCategory.REJECTED)
            .setCode("context_length_exceeded")
            .setMessage("%s has more than %d tokens; split it".formatted(field, MiniLm.MAX_TOKENS))
            .setField(field)
            .setStatusCode(400)
            .build());
  }

  private EngineReply embedAll() {
    List<float[]> vectors = new ArrayList<>(body.inputs().size());
    long tokens = 0;
    long startedAt = System.nanoTime();
    for (String input : body.inputs()) {
      if (stopped) {
        return EngineReply.Failed.closed(
            "embedding"); // Nobody sees the error, since the reply was given already.
      }
      String field = "body.input[" + vectors.size() + "]";
      MiniLm.Embedded embedded;
      try {
        embedded = MiniLm.shared().embed(input);
      } catch (IllegalArgumentException e) {
        return EngineReply.Failed.invalid(
            field, field + " has no token the model knows; leave it out");
      }
      if (embedded.tokens() > MiniLm.MAX_TOKENS) {
        return tooLong(field);
      }
      vectors.add(embedded.vector());
      tokens += embedded.tokens();
    }
    meter.embedded(tokens, System.nanoTime() - startedAt);
    byte[] answer = EmbeddingAnswer.write(request.model(), vectors, body.encoding(), tokens);
    return new EngineReply.Answered(
        200, answer, TokenUsage.newBuilder().setPromptTokens(tokens).build());
  }
}
