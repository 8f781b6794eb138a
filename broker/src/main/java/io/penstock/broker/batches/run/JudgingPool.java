package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;
import java.io.InputStream;
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
 * open at once, and the others wait in the order in which they came.
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

  /** Whose files are read now, and whose wait. */
  private final TenantPlaces places = new TenantPlaces(MOST_OF_TENANT);

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
  public Optional<InputVerdict> judge(
      String tenant, Source file, InputJudge judge, CompletableFuture<Void> unwanted)
      throws IOException {
    TenantPlaces.Place place = places.enter(tenant);
    try {
      var _ = CompletableFuture.anyOf(place.given(), unwanted).join();
      return unwanted.isDone() ? Optional.empty() : read(tenant, file, judge, unwanted);
    } finally {
      places.leave(place);
    }
  }

  private Optional<InputVerdict> read(
      String tenant, Source file, InputJudge judge, CompletableFuture<Void> unwanted)
      throws IOException {
    requireOpen();
    try (InputStream in = file.open()) {
      byte[] slice = new byte[SLICE_BYTES];
      Optional<InputVerdict> verdict = Optional.empty();
      while (verdict.isEmpty() && !unwanted.isDone()) {
        int length = in.readNBytes(slice, 0, SLICE_BYTES);
        verdict =
            inTurn(
                tenant,
                length == 0 ? () -> Optional.of(judge.end()) : () -> judge.take(slice, length));
      }
      return verdict;
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
    closed = true;
    places.close();
    threads.shutdownNow();
    open.forEach(
        each -> each.verdict.completeExceptionally(new IOException("this instance stops")));
  }
}
