package io.penstock.workers.engine.embedding;

import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.EmbeddingBody;
import io.penstock.workers.engine.body.InvalidBodyException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Embeds text in this process with MiniLM and answers as OpenAI's {@code /v1/embeddings} does:
 * strings only (no token ids), {@code encoding_format} float or base64, {@code dimensions} 384 or
 * absent. A text of more than 509 tokens is refused, never cut: see {@link MiniLm}.
 *
 * <p>A fixed set of platform threads computes, since native code would pin the carriers of virtual
 * ones; callers wait, in order of arrival, for one of them. A request is cancelled between two of
 * its texts. {@link EngineLoad#queuedPrefillTokens} counts a running request in full until it ends.
 */
public final class EmbeddingEngine implements Engine {

  private static final String ENDPOINT = "/v1/embeddings";

  private final EmbeddingConfig config;
  private final InstantSource clock;
  private final EmbeddingMeter meter = new EmbeddingMeter();
  private final Set<EmbeddingTask> open = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor threads;

  /** Loads the weights, if nobody has in this process: about a second. */
  public EmbeddingEngine(EmbeddingConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    MiniLm.shared();
    this.threads =
        new ThreadPoolExecutor(
            config.threads(),
            config.threads(),
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("embedding-", 0).factory());
  }

  @Override
  public String name() {
    return "embedding/" + MiniLm.NAME;
  }

  @Override
  public boolean serves(String endpoint) {
    return ENDPOINT.equals(endpoint);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    if (!serves(request.endpoint())) {
      return EngineReply.Failed.unknownEndpoint(name(), request.endpoint());
    }
    try {
      EmbeddingBody body = EmbeddingBody.parse(request.body(), config.maxInputs());
      checkLimits(body);
      EngineReply reply = embed(request, body);
      if (reply instanceof EngineReply.Answered) {
        listener.firstToken();
      }
      return reply;
    } catch (InvalidBodyException e) {
      return e.reply();
    }
  }

  private EngineReply embed(EngineRequest request, EmbeddingBody body) throws InterruptedException {
    var task = new EmbeddingTask(request, body, meter);
    open.add(task);
    try {
      threads.execute(task);
      Duration left = Duration.between(clock.instant(), request.deadline());
      return task.reply().get(boundedNanos(left), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      task.stop(EngineReply.Failed.closed(name()));
      return EngineReply.Failed.closed(name());
    } catch (TimeoutException e) {
      EngineReply late = EngineReply.Failed.deadlinePassed(name());
      stop(task, late);
      return late;
    } catch (InterruptedException e) {
      stop(task, EngineReply.Failed.closed(name()));
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a task's reply is never exceptional", e);
    } finally {
      open.remove(task);
    }
  }

  private void stop(EmbeddingTask task, EngineReply instead) {
    threads.remove(task);
    task.stop(instead);
  }

  @Override
  public Optional<EngineLoad> load() {
    return Optional.of(meter.load(config.threads(), clock.instant()));
  }

  /** Frees the threads. The weights stay: they belong to the process. */
  @Override
  public void close() {
    threads.shutdown();
    open.forEach(task -> task.abandon(EngineReply.Failed.closed(name())));
    threads.shutdownNow();
  }

  private void checkLimits(EmbeddingBody body) throws InvalidBodyException {
    if (body.dimensions().isPresent() && body.dimensions().getAsInt() != MiniLm.DIMENSIONS) {
      throw new InvalidBodyException(
          "body.dimensions", "must be " + MiniLm.DIMENSIONS + ", the only length this model has");
    }
    for (int i = 0; i < body.inputs().size(); i++) {
      int length = body.inputs().get(i).length();
      if (length > config.maxInputCharacters()) {
        throw new InvalidBodyException(
            "body.input[" + i + "]",
            "has %d characters, more than %d; split it"
                .formatted(length, config.maxInputCharacters()));
      }
    }
  }

  private static long boundedNanos(Duration left) {
    Duration day = Duration.ofDays(1);
    return left.compareTo(day) > 0 ? day.toNanos() : Math.max(0, left.toNanos());
  }
}
