package io.penstock.workers.capacity;

import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.EngineLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how fast the engine is: the engine's own numbers, or an exponentially weighted mean
 * over finished runs. This class is thread-safe.
 */
public final class ObservedSpeed {

  /** The weight of the newest run: about the last ten count. */
  private static final double NEWEST = 0.2;

  private double prefill = Double.NaN;
  private double decode = Double.NaN;

  /**
   * Learns from a run that was answered.
   *
   * @param firstTokenAt when the first token came, if known; without it only a run that generates
   *     nothing tells the prefill speed
   */
  public synchronized void finished(
      TokenUsage usage, Instant startedAt, @Nullable Instant firstTokenAt, Instant finishedAt) {
    long generated = usage.getCompletionTokens();
    long computed = usage.getPromptTokens() - usage.getCachedPromptTokens();
    if (generated == 0) {
      prefill = mean(prefill, computed, Duration.between(startedAt, finishedAt));
    } else if (firstTokenAt != null) {
      prefill = mean(prefill, computed, Duration.between(startedAt, firstTokenAt));
      decode = mean(decode, generated - 1, Duration.between(firstTokenAt, finishedAt));
    } else {
      decode = mean(decode, generated, Duration.between(startedAt, finishedAt));
    }
  }

  /** Takes the engine's own numbers where it reports them. */
  public synchronized void told(EngineLoad load) {
    prefill = load.prefillTokensPerSecond().orElse(prefill);
    decode = load.decodeTokensPerSecond().orElse(decode);
  }

  /** Prompt tokens a second of one request, if observed. */
  public synchronized OptionalDouble prefillTokensPerSecond() {
    return Double.isNaN(prefill) ? OptionalDouble.empty() : OptionalDouble.of(prefill);
  }

  /** Generated tokens a second of one request, if observed. */
  public synchronized OptionalDouble decodeTokensPerSecond() {
    return Double.isNaN(decode) ? OptionalDouble.empty() : OptionalDouble.of(decode);
  }

  private static double mean(double before, long tokens, Duration duration) {
    if (tokens <= 0 || !duration.isPositive()) {
      return before;
    }
    double observed = tokens * 1e9 / duration.toNanos();
    return Double.isNaN(before) ? observed : before + NEWEST * (observed - before);
  }
}
