package io.penstock.workers.lease;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.text.Printable;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs each request on a thread of its own; leases bound how many there are. */
public final class EngineRunner implements LeaseActions.Runs {

  private static final Logger LOG = LoggerFactory.getLogger(EngineRunner.class);

  private final Engine engine;
  private final ThreadFactory threads;
  private final ChunkStreams streams;
  private final InstantSource clock;

  public EngineRunner(
      Engine engine, ThreadFactory threads, ChunkStreams streams, InstantSource clock) {
    this.engine = engine;
    this.threads = threads;
    this.streams = streams;
    this.clock = clock;
  }

  @Override
  public Runnable start(Attempt attempt, EngineRequest request, LeaseEvents events) {
    Thread thread = threads.newThread(() -> run(attempt, request, events));
    thread.start();
    return thread::interrupt;
  }

  private void run(Attempt attempt, EngineRequest request, LeaseEvents events) {
    @Nullable EngineReply reply = null;
    ChunkStreams.Stream stream =
        request.stream()
            ? streams.open(attempt.lease(), request.traceparent())
            : ChunkStreams.Stream.UNWANTED;
    try {
      reply = engine.run(request, listener(attempt, events, stream));
    } catch (InterruptedException e) {
      // The lease table knows why the run was interrupted.
    } catch (RuntimeException | Error e) {
      LOG.error(
          "Engine {} broke its contract on request {}",
          engine.name(),
          Printable.of(request.id()),
          e);
      String message = "The engine failed unexpectedly: " + Printable.of(e.toString(), 500);
      reply =
          new EngineReply.Failed(
              Outcomes.failure(FailureCategory.RETRYABLE, "engine_error", message));
    }
    events.on(new LeaseEvent.RunEnded(attempt, reply), clock.instant());
    stream.close();
  }

  private EngineListener listener(Attempt attempt, LeaseEvents events, ChunkStreams.Stream stream) {
    return new EngineListener() {
      @Override
      public void firstToken() {
        events.on(new LeaseEvent.FirstToken(attempt), clock.instant());
      }

      @Override
      public void chunk(byte[] data) {
        stream.chunk(data);
      }
    };
  }
}
