package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Judges input files on a few threads of its own, so that this work takes no time of the threads
 * that serve callers. Files are judged a slice at a time, and tenants take turns: before each slice
 * of its own, a file waits for one slice of every other tenant at most, and for those of its own
 * tenant's other files.
 */
public final class JudgingPool implements InputJudging, AutoCloseable {

  /** A fast machine judges it in some 30 ms. */
  static final long SLICE_BYTES = 4 << 20;

  private static final int MOST_THREADS = 4;

  private record Job(String tenant, InputJudge judge, CompletableFuture<InputVerdict> verdict) {}

  private final TenantTurns<Job> waiting = new TenantTurns<>();
  private final Map<Long, CompletableFuture<InputVerdict>> open = new ConcurrentHashMap<>();
  private final AtomicLong opened = new AtomicLong();
  private final ExecutorService threads;

  /** Half the processors, at least one. */
  public JudgingPool() {
    this(Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_THREADS));
  }

  JudgingPool(int threads) {
    this.threads =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("penstock-judging-", 0).factory());
  }

  @Override
  public InputVerdict judge(String tenant, InputJudge judge) throws IOException {
    CompletableFuture<InputVerdict> verdict = new CompletableFuture<>();
    long number = opened.incrementAndGet();
    open.put(number, verdict);
    try {
      enqueue(new Job(tenant, judge, verdict));
      return verdict.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof IOException unreadable) {
        throw new IOException(unreadable.getMessage(), unreadable);
      }
      throw failed;
    } catch (RejectedExecutionException closed) {
      throw new IOException("this instance stops", closed);
    } finally {
      open.remove(number);
    }
  }

  private void enqueue(Job job) {
    waiting.add(job.tenant, job);
    threads.execute(this::slice);
  }

  /** Each thread that runs this takes one turn, and as many are asked for as jobs wait. */
  private void slice() {
    Job job = waiting.next().orElseThrow();
    try {
      Optional<InputVerdict> verdict = job.judge.advance(SLICE_BYTES);
      if (verdict.isPresent()) {
        job.verdict.complete(verdict.get());
      } else {
        enqueue(job);
      }
    } catch (IOException | RuntimeException failed) {
      job.verdict.completeExceptionally(failed);
    } catch (Error fatal) {
      // Whoever waits for the verdict is told, too.
      job.verdict.completeExceptionally(fatal);
      throw fatal;
    }
  }

  /** Whether a file waits for a turn. */
  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /** Ends what is being judged with an {@link IOException}. */
  @Override
  public void close() {
    threads.shutdownNow();
    open.values()
        .forEach(each -> each.completeExceptionally(new IOException("this instance stops")));
  }
}
