package io.penstock.workers.engine.embedding;

import io.penstock.workers.engine.EngineLoad;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Counts what the engine holds, and observes how fast it is. This class is thread-safe. */
final class EmbeddingMeter {

  /** The weight of a new observation in the moving average of the speed. */
  private static final double SMOOTHING = 0.1;

  private int waiting;
  private int running;
  private long queuedTokens;
  private double tokensPerSecond;

  synchronized void accepted(long promptTokens) {
    waiting++;
    queuedTokens += promptTokens;
  }

  synchronized void begun() {
    waiting--;
    running++;
  }

  synchronized void ended(long promptTokens) {
    running--;
    queuedTokens -= promptTokens;
  }

  synchronized void dropped(long promptTokens) {
    waiting--;
    queuedTokens -= promptTokens;
  }

  synchronized void embedded(long tokens, long nanos) {
    double speed = tokens * 1e9 / Math.max(1, nanos);
    tokensPerSecond =
        tokensPerSecond == 0 ? speed : tokensPerSecond + SMOOTHING * (speed - tokensPerSecond);
  }

  synchronized EngineLoad load(int threads, Instant now) {
    return new EngineLoad(
        running,
        waiting,
        OptionalLong.of(queuedTokens),
        OptionalLong.empty(),
        tokensPerSecond == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(tokensPerSecond * threads),
        OptionalDouble.empty(),
        now);
  }
}
