package io.penstock.workers.engine.simulated;

import io.penstock.workers.engine.simulated.Sequence.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The physics of an inference engine with iteration-level (continuous) batching and chunked
 * prefill, in the manner of Orca, Sarathi-Serve and vLLM.
 *
 * <p>An iteration gives one token to every sequence past its prompt, and spends at most one chunk
 * on prompts, oldest first. It takes {@code decodeStep(batch, resident) + chunk / prefillRate},
 * where the first term is 0 if nothing decodes: see {@link GpuProfile}. So a lone request of {@code
 * p} prompt tokens has its first token after {@code p / prefillRate + decodeStep(1, p)}. Sequences
 * are admitted in order of arrival between iterations, while the batch and the KV cache have room;
 * room is counted in tokens, not in blocks. When a growing sequence finds none, the newest loses
 * its own and waits, ahead of all others, to be computed again; the oldest is never taken from, so
 * every sequence ends.
 *
 * <p>There is no thread and no clock here: the caller passes times, which must not go back. Results
 * depend only on the calls, not on how often {@link #advance} is called in between. Not
 * thread-safe.
 *
 * @param <T> what the caller submits
 */
public final class BatchingModel<T> {

  /** The answer of {@link #nextEventNanos} when nothing is going on. */
  public static final long IDLE = Long.MAX_VALUE;

  private final GpuProfile profile;
  private final BatchingSettings settings;
  private final BatchingListener<? super T> listener;
  private final long readyAt;

  /** The sequences in the batch, in the order of admission. */
  private final List<Sequence<T>> running = new ArrayList<>();

  private final Deque<Sequence<T>> waiting = new ArrayDeque<>();

  private long now;
  private long iterationEnd = IDLE;
  private long submitted;
  private int runningCount;
  private int waitingCount;
  private long waitingTokens;
  private long queuedPrefill;
  private long usedKv;
  private boolean advancing;

  /**
   * Creates an engine that holds nothing.
   *
   * @param startNanos when the engine is started; its start-up time counts from here
   */
  public BatchingModel(
      GpuProfile profile,
      BatchingSettings settings,
      long startNanos,
      BatchingListener<? super T> listener) {
    this.profile = profile;
    this.settings = settings;
    this.listener = listener;
    this.now = startNanos;
    this.readyAt = startNanos + settings.startUp().toNanos();
  }

  /** Returns whether a request of this size can run at all. */
  public boolean fits(long promptTokens, long outputTokens) {
    return promptTokens + outputTokens <= profile.kvCapacityTokens();
  }

  /**
   * Hands the engine a request.
   *
   * @param promptTokens 1 or more
   * @param outputTokens tokens it will generate: exactly these; 0 for an embedding
   * @throws IllegalArgumentException if it does not {@linkplain #fits fit}
   */
  public Sequence<T> submit(T request, int promptTokens, int outputTokens, long atNanos) {
    if (promptTokens < 1 || outputTokens < 0 || !fits(promptTokens, outputTokens)) {
      throw new IllegalArgumentException(
          "a request of %d prompt and %d output tokens cannot run in a KV cache of %d"
              .formatted(promptTokens, outputTokens, profile.kvCapacityTokens()));
    }
    advance(atNanos);
    int failsAfter = settings.faults().failsAfter(submitted++, outputTokens);
    var sequence = new Sequence<T>(request, promptTokens, outputTokens, failsAfter);
    waiting.addLast(sequence);
    waitingCount++;
    waitingTokens += promptTokens;
    queuedPrefill += promptTokens;
    if (iterationEnd == IDLE && !advancing) {
      plan();
    }
    return sequence;
  }

  /**
   * Takes a request back: its room is free at once, the iteration under way still takes its time.
   *
   * @return false if it had ended before
   */
  public boolean cancel(Sequence<T> sequence, long atNanos) {
    advance(atNanos);
    if (sequence.ended()) {
      return false;
    }
    queuedPrefill -= sequence.prefillLeft();
    end(sequence);
    return true;
  }

  /** Runs every iteration that ends by this time. */
  public void advance(long toNanos) {
    if (advancing) {
      return; // A listener submits or cancels at the time of its event.
    }
    if (toNanos < now) {
      throw new IllegalArgumentException("time went back from " + now + " to " + toNanos);
    }
    advancing = true;
    try {
      while (iterationEnd <= toNanos) {
        now = iterationEnd;
        complete();
        plan();
      }
    } finally {
      advancing = false;
    }
    now = toNanos;
  }

  /** When the iteration under way ends, or {@link #IDLE}. */
  public long nextEventNanos() {
    return iterationEnd;
  }

  public BatchingLoad load() {
    int decoding = 0;
    long resident = 0;
    for (Sequence<T> sequence : running) {
      if (sequence.phase == Phase.DECODE) {
        decoding++;
        resident += sequence.context();
      }
    }
    long free = Math.max(0, profile.kvCapacityTokens() - usedKv - waitingTokens);
    return new BatchingLoad(
        runningCount, waitingCount, queuedPrefill, usedKv, free, decoding, resident);
  }

  /** Decides what the next iteration does, and when it ends. */
  private void plan() {
    if (now < readyAt) {
      iterationEnd = waitingCount == 0 ? IDLE : readyAt;
      return;
    }
    running.removeIf(Sequence::ended);
    boolean preempted = settings.kvPolicy() == KvPolicy.GROW && growOrPreempt();
    int decoding = 0;
    long resident = 0;
    long chunkLeft = settings.chunkTokens();
    for (Sequence<T> sequence : running) {
      if (sequence.phase == Phase.DECODE) {
        decoding++;
        resident += sequence.context();
      } else {
        chunkLeft -= takeChunk(sequence, chunkLeft);
      }
    }
    if (!preempted) {
      chunkLeft = admit(chunkLeft);
    }
    long prefill = settings.chunkTokens() - chunkLeft;
    if (decoding == 0 && prefill == 0) {
      iterationEnd = IDLE;
      return;
    }
    double seconds = decoding == 0 ? 0 : profile.decodeStepSeconds(decoding, resident);
    seconds += profile.prefillSeconds(prefill);
    iterationEnd = now + Math.round(seconds * 1e9 / settings.speed());
  }

  /** Sets a token aside for each sequence that decodes; true if that cost another its place. */
  private boolean growOrPreempt() {
    boolean preempted = false;
    for (int i = 0; i < running.size(); i++) {
      Sequence<T> sequence = running.get(i);
      if (sequence.phase != Phase.DECODE) {
        continue;
      }
      while (usedKv == profile.kvCapacityTokens() && running.size() > i) {
        preempt(running.removeLast());
        preempted = true;
      }
      if (running.size() > i) {
        sequence.kv++;
        usedKv++;
      }
    }
    return preempted;
  }

  private void preempt(Sequence<T> sequence) {
    usedKv -= sequence.kv;
    sequence.kv = 0;
    queuedPrefill += sequence.prefilled;
    sequence.prefilled = 0;
    sequence.phase = Phase.WAITING;
    runningCount--;
    waitingCount++;
    waitingTokens += sequence.context();
    waiting.addFirst(sequence);
    listener.preempted(sequence.request, now);
  }

  /**
   * Takes those that wait into the batch while there is room; returns what is left of the chunk.
   */
  private long admit(long chunkTokens) {
    long chunkLeft = chunkTokens;
    while (chunkLeft > 0 && running.size() < profile.maxBatch() && !waiting.isEmpty()) {
      Sequence<T> next = waiting.getFirst();
      if (next.ended()) {
        waiting.removeFirst();
        continue;
      }
      long room =
          switch (settings.kvPolicy()) {
            case GROW -> next.context();
            case RESERVE -> (long) next.promptTokens + next.outputTokens;
          };
      if (usedKv + room > profile.kvCapacityTokens()) {
        break;
      }
      waiting.removeFirst();
      waitingCount--;
      waitingTokens -= next.context();
      runningCount++;
      running.add(next);
      next.phase = Phase.PREFILL;
      next.kv = room;
      usedKv += room;
      chunkLeft -= takeChunk(next, chunkLeft);
    }
    return chunkLeft;
  }

  private static long takeChunk(Sequence<?> sequence, long chunkLeft) {
    sequence.chunk = Math.min(chunkLeft, sequence.prefillLeft());
    return sequence.chunk;
  }

  /** Books what the iteration that ends now has done. */
  private void complete() {
    for (Sequence<T> sequence : running) {
      switch (sequence.phase) {
        case PREFILL -> completePrefill(sequence);
        case DECODE -> completeDecode(sequence);
        case WAITING, ENDED -> {
          // The sequence was cancelled while the iteration ran.
        }
      }
    }
  }

  private void completePrefill(Sequence<T> sequence) {
    sequence.prefilled += sequence.chunk;
    queuedPrefill -= sequence.chunk;
    sequence.chunk = 0;
    if (sequence.prefillLeft() > 0) {
      return;
    }
    if (sequence.outputTokens == 0 || sequence.failsAfter <= sequence.generated) {
      finish(sequence);
    } else {
      sequence.phase = Phase.DECODE;
    }
  }

  private void completeDecode(Sequence<T> sequence) {
    sequence.generated++;
    sequence.prefilled++;
    if (sequence.generated == sequence.outputTokens || sequence.generated >= sequence.failsAfter) {
      finish(sequence);
    } else {
      tellFirstToken(sequence);
    }
  }

  private void finish(Sequence<T> sequence) {
    boolean failed = sequence.failsAfter <= sequence.generated;
    end(sequence);
    if (failed) {
      listener.failed(sequence.request, now);
    } else {
      tellFirstToken(sequence);
      listener.finished(sequence.request, now);
    }
  }

  private void tellFirstToken(Sequence<T> sequence) {
    if (!sequence.firstTokenTold) {
      sequence.firstTokenTold = true;
      listener.firstToken(sequence.request, now);
    }
  }

  private void end(Sequence<T> sequence) {
    if (sequence.phase == Phase.WAITING) {
      waitingCount--;
      waitingTokens -= sequence.context();
    } else {
      runningCount--;
    }
    usedKv -= sequence.kv;
    sequence.kv = 0;
    sequence.phase = Phase.ENDED;
  }
}
