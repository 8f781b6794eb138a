package io.penstock.workers.engine.simulated;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.InvalidBodyException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs no model: answers with marked filler after the time that {@link BatchingModel} says a GPU
 * would have taken, in real time or faster. With the profile {@code instant} it takes no time, and
 * the whole run happens on the calling thread: for measuring what surrounds an engine.
 *
 * <p>One daemon thread moves the model on; a lock guards it. Callers wait outside the lock.
 */
public final class SimulatedEngine implements Engine {

  /** How often a stream looks for new tokens; most GPUs take longer for one. */
  private static final Duration STREAM_PACE = Duration.ofMillis(5);

  private final SimulatedConfig config;
  private final InstantSource clock;
  private final String name;
  private final SimulatedAnswer answers;
  private final BatchingModel<SimulatedCall> model;
  private final long startedAt = System.nanoTime();
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<SimulatedCall> open = new HashSet<>();
  private boolean closed;

  public SimulatedEngine(SimulatedConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.name = "simulated/" + config.profile().name();
    this.answers = new SimulatedAnswer(name, config.embeddingDimensions());
    this.model = new BatchingModel<>(config.profile(), config.batching(), 0, new Progress());
    this.thread =
        Thread.ofPlatform().daemon().name("simulated-" + config.profile().name()).start(this::work);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean serves(String endpoint) {
    return SimulatedWork.serves(endpoint);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    if (!serves(request.endpoint())) {
      return EngineReply.Failed.unknownEndpoint(name, request.endpoint());
    }
    try {
      SimulatedWork work = SimulatedWork.of(request);
      if (!model.fits(work.promptTokens(), work.outputTokens())) {
        return tooLong(work);
      }
      Optional<SimulatedStream> stream =
          request.stream() && work.outputTokens() > 0
              ? Optional.of(new SimulatedStream(request, work, name, listener, clock.instant()))
              : Optional.empty();
      return run(request, work, stream, listener);
    } catch (InvalidBodyException e) {
      return e.reply();
    }
  }

  private EngineReply run(
      EngineRequest request,
      SimulatedWork work,
      Optional<SimulatedStream> stream,
      EngineListener listener)
      throws InterruptedException {
    var call = new SimulatedCall();
    Sequence<SimulatedCall> sequence;
    lock.lockInterruptibly();
    try {
      if (closed) {
        return EngineReply.Failed.closed(name);
      }
      open.add(call);
      sequence = model.submit(call, work.promptTokens(), work.outputTokens(), modelNanos());
      model.advance(modelNanos());
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      Duration pace = stream.isPresent() ? STREAM_PACE : SimulatedCall.NO_DEADLINE;
      Runnable progress = () -> stream.ifPresent(tokens -> tokens.upTo(generated(sequence)));
      return switch (call.await(request.deadline(), clock, listener, pace, progress)) {
        case RUNNING, FIRST_TOKEN -> EngineReply.Failed.deadlinePassed(name);
        case FINISHED -> {
          stream.ifPresent(SimulatedStream::finish);
          yield answer(request, work);
        }
        case FAULT ->
            EngineReply.Failed.of(
                FailureCategory.RETRYABLE, "engine_fault", "a simulated fault ended the request");
        case CLOSED -> EngineReply.Failed.closed(name);
      };
    } finally {
      release(call, sequence);
    }
  }

  private int generated(Sequence<SimulatedCall> sequence) {
    lock.lock();
    try {
      if (!closed) {
        model.advance(modelNanos());
      }
      return sequence.generated;
    } finally {
      lock.unlock();
    }
  }

  private EngineReply.Answered answer(EngineRequest request, SimulatedWork work) {
    return new EngineReply.Answered(
        200,
        answers.write(request, work, clock.instant()),
        TokenUsage.newBuilder()
            .setPromptTokens(work.promptTokens())
            .setCompletionTokens(work.outputTokens())
            .build());
  }

  private EngineReply.Failed tooLong(SimulatedWork work) {
    return EngineReply.Failed.of(
        FailureCategory.REJECTED,
        "context_length_exceeded",
        "%d prompt and %d output tokens do not fit the KV cache of %d tokens; shorten the prompt or lower max_tokens"
            .formatted(
                work.promptTokens(), work.outputTokens(), config.profile().kvCapacityTokens()));
  }

  private void release(SimulatedCall call, Sequence<SimulatedCall> sequence) {
    lock.lock();
    try {
      open.remove(call);
      if (!closed) {
        model.cancel(sequence, modelNanos());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<EngineLoad> load() {
    lock.lock();
    try {
      if (!closed) {
        model.advance(modelNanos());
      }
      BatchingLoad load = model.load();
      double speed = config.batching().speed() * config.speedUp();
      GpuProfile profile = config.profile();
      double step = profile.decodeStepSeconds(Math.max(1, load.decoding()), load.residentTokens());
      return Optional.of(
          new EngineLoad(
              load.running(),
              load.waiting(),
              OptionalLong.of(load.queuedPrefillTokens()),
              OptionalLong.of(load.freeKvTokens()),
              finite(profile.prefillTokensPerSecond() * speed),
              finite(speed / step),
              clock.instant()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      open.forEach(call -> call.end(SimulatedCall.State.CLOSED));
      open.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }

  private void work() {
    lock.lock();
    try {
      while (!closed) {
        model.advance(modelNanos());
        long next = model.nextEventNanos();
        if (next == BatchingModel.IDLE) {
          changed.await();
        } else {
          long modelWait = Math.max(0, next - modelNanos());
          changed.awaitNanos((long) Math.ceil((double) modelWait / config.speedUp()));
        }
      }
    } catch (InterruptedException e) {
      // The engine was closed, since nobody else can interrupt this thread.
    } finally {
      lock.unlock();
    }
  }

  /** The model's time; called under the lock, so it never goes back. */
  private long modelNanos() {
    return (long) ((System.nanoTime() - startedAt) * config.speedUp());
  }

  private static OptionalDouble finite(double value) {
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** The caller holds the lock. */
  private static final class Progress implements BatchingListener<SimulatedCall> {

    @Override
    public void firstToken(SimulatedCall call, long atNanos) {
      call.firstToken();
    }

    @Override
    public void finished(SimulatedCall call, long atNanos) {
      call.end(SimulatedCall.State.FINISHED);
    }

    @Override
    public void failed(SimulatedCall call, long atNanos) {
      call.end(SimulatedCall.State.FAULT);
    }
  }
}
