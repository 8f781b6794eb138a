package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * Judges input files on a few threads of its own, so that this work takes no time of the threads
 * that serve callers. The callers' threads read the files, so a store that stalls holds up nobody
 * else. Tenants take turns: before each slice of its own, a file waits for one slice of every other
 * tenant at most, and for those of its own tenant's other files. Of each tenant a few files are
 * open at once.
 */
public final class JudgingPool implements InputJudging, AutoCloseable {

  /** A fast machine judges it in some 2 ms. */
  static final int SLICE_BYTES = 256 * 1024;

  /** How many files of one tenant are read at once. */
  static final int MOST_OF_TENANT = 4;

  private static final int MOST_THREADS = 4;

  private record Job(
      Supplier<Optional<InputVerdict>> slice, CompletableFuture<Optional<InputVerdict>> verdict) {}

  private final TenantTurns<Job> waiting = new TenantTurns<>();
  private final Set<Job> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads;

  /** How many files of each tenant are read now. Also the lock for them. */
  private final Map<String, Integer> reading = new HashMap<>();

  private volatile boolean closed;

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
  public InputVerdict judge(String tenant, Source file, InputJudge judge) throws IOException {
    begin(tenant);
    try (InputStream in = file.open()) {
      byte[] slice = new byte[SLICE_BYTES];
      Optional<InputVerdict> verdict = Optional.empty();
      while (verdict.isEmpty()) {
        int length = in.readNBytes(slice, 0, SLICE_BYTES);
        verdict =
            inTurn(
                tenant,
                length == 0 ? () -> Optional.of(judge.end()) : () -> judge.take(slice, length));
      }
      return verdict.get();
    } finally {
      end(tenant);
    }
  }

  /** Waits until another file of the tenant may be read. */
  private void begin(String tenant) throws IOException {
    synchronized (reading) {
      while (!closed && reading.getOrDefault(tenant, 0) >= MOST_OF_TENANT) {
        try {
          reading.wait();
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", interrupted);
        }
      }
      requireOpen();
      reading.merge(tenant, 1, Integer::sum);
    }
  }

  private void end(String tenant) {
    synchronized (reading) {
      reading.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
      reading.notifyAll();
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("this instance stops");
    }
  }

  private Optional<InputVerdict> inTurn(String tenant, Supplier<Optional<InputVerdict>> slice)
      throws IOException {
    Job job = new Job(slice, new CompletableFuture<>());
    open.add(job);
    try {
      requireOpen();
      waiting.add(tenant, job);
      threads.execute(this::run);
      return job.verdict.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof IOException stopped) {
        throw new IOException(stopped.getMessage(), stopped);
      }
      throw failed;
    } catch (RejectedExecutionException stopped) {
      throw new IOException("this instance stops", stopped);
    } finally {
      open.remove(job);
    }
  }

  /** Each thread that runs this takes one turn, and as many are asked for as slices wait. */
  private void run() {
    Job job = waiting.next().orElseThrow();
    try {
      job.verdict.complete(job.slice.get());
    } catch (RuntimeException failed) {
      job.verdict.completeExceptionally(failed);
    } catch (Error fatal) {
      // Whoever waits for the verdict is told, too.
      job.verdict.completeExceptionally(fatal);
      throw fatal;
    }
  }

  /** Ends what is being judged with an {@link IOException}. */
  @Override
  public void close() {
    synchronized (reading) {
      closed = true;
      reading.notifyAll();
    }
    threads.shutdownNow();
    open.forEach(
        each -> each.verdict.completeExceptionally(new IOException("this instance stops")));
  }
}
