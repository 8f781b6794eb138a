package io.penstock.broker.blobs;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a few platform threads do all that a store does; callers wait for them. A virtual thread
 * that reads a file keeps its carrier until the file system answers. So a file system that stalls
 * would soon hold up all virtual threads; here it holds up only those that wait for a blob.
 *
 * <p>They wait for a bounded time. Whoever gives up leaves nothing behind: a call that has not
 * begun is never made, and what a call has opened is closed once the file system lets it end.
 */
final class PooledStore extends ForwardingStore {

  /** More than disks use at once, and enough for a file system on the network. */
  static final int THREADS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(PooledStore.class);

  /** A busy disk forces a large file within seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A caller that reads more at once gets it in pieces. */
  private static final int MOST_BYTES = 256 * 1024;

  private static final int WHOLE_FOLDER = 20;

  private final Duration patience;
  private final ThreadPoolExecutor threads = threads();

  PooledStore(BlobStore store) {
    this(store, PATIENCE);
  }

  /**
   * @param patience how long a caller waits for one call; twenty times as long where a whole folder
   *     is read
   */
  PooledStore(BlobStore store, Duration patience) {
    super(store);
    this.patience = patience;
  }

  /** They end when nobody uses the store, since stores are not closed. */
  private static ThreadPoolExecutor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("penstock-blobs-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** How many calls wait for a thread. */
  int waiting() {
    return threads.getQueue().size();
  }

  @FunctionalInterface
  private interface GiveBack<T> {
    void run(Optional<T> result) throws IOException;
  }

  /**
   * One call. Either its caller or the thread that makes it completes it, and so says who has what
   * it opened. Where the caller has given up, the thread gives that back when the call ends, or
   * instead of making it.
   */
  private static final class Job<T> implements Runnable {

    private final Call<T> call;
    private final GiveBack<T> giveBack;
    private final CompletableFuture<T> done = new CompletableFuture<>();
    private volatile boolean abandoned;

    Job(Call<T> call, GiveBack<T> giveBack) {
      this.call = call;
      this.giveBack = giveBack;
    }

    @Override
    public void run() {
      Optional<T> late = Optional.empty();
      try {
        if (!done.isDone()) {
          T result = call.run();
          if (done.complete(result)) {
            return;
          }
          late = Optional.of(result);
        }
      } catch (IOException | RuntimeException | Error failed) {
        if (done.completeExceptionally(failed)) {
          return;
        }
      }
      try {
        giveBack.run(late);
      } catch (IOException | RuntimeException failed) {
        LOG.debug("What a call has opened whose caller had given up was not closed", failed);
      }
    }

    /**
     * What the call returns. Waits on where the caller is interrupted: that is no reason to leave a
     * blob half written.
     */
    T await(Duration most) throws IOException {
      boolean interrupted = false;
      long until = System.nanoTime() + most.toNanos();
      try {
        while (true) {
          try {
            return done.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
          } catch (InterruptedException again) {
            interrupted = true;
          } catch (TimeoutException late) {
            // It may have ended meanwhile.
            abandoned =
                done.completeExceptionally(
                    new StoreUnavailableException(
                        "the file system did not answer within %d ms".formatted(most.toMillis()),
                        late));
          }
        }
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case IOException refused -> throw refused;
          case RuntimeException wrong -> throw wrong;
          case Error fatal -> throw fatal;
          case null, default -> throw new IOException(failed);
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** A call that uses nothing that is open. */
  private <T> T call(Duration most, Call<T> call, GiveBack<T> giveBack) throws IOException {
    Job<T> job = new Job<>(call, giveBack);
    threads.execute(job);
    try {
      return job.await(most);
    } finally {
      if (job.abandoned) {
        // It is not made if it has not begun.
        threads.remove(job);
      }
    }
  }

  @Override
  protected <T> T around(Call<T> call) throws IOException {
    return call(patience, call, _ -> {});
  }

  /** The same for a call that reads a whole folder. */
  private <T> T aroundFolder(Call<T> call) throws IOException {
    return call(patience.multipliedBy(WHOLE_FOLDER), call, _ -> {});
  }

  /** What is open, for use by one thread. After a call that took too long it is used no more. */
  private final class Opened {

    private final Closeable stream;
    private boolean abandoned;

    Opened(Closeable stream) {
      this.stream = stream;
    }

    <T> T use(Call<T> call) throws IOException {
      if (abandoned) {
        throw new StoreUnavailableException("the file system did not answer before");
      }
      Job<T> job = new Job<>(call, _ -> stream.close());
      threads.execute(job);
      try {
        return job.await(patience);
      } finally {
        abandoned = job.abandoned;
      }
    }

    void act(Action action) throws IOException {
      boolean _ = use(action.asCall());
    }

    /** The call that took too long closes it, once it ends. */
    void close() throws IOException {
      if (!abandoned) {
        act(stream::close);
      }
    }
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    return new Writer(call(patience, () -> store().create(name), PooledStore::close));
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    return new Reader(call(patience, () -> store().read(name, from, length), PooledStore::close));
  }

  private static void close(Optional<? extends Closeable> opened) throws IOException {
    if (opened.isPresent()) {
      opened.get().close();
    }
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    return aroundFolder(() -> store().list(under, before));
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    Action sweep = () -> store().sweep(now, age);
    boolean _ = aroundFolder(sweep.asCall());
  }

  private final class Reader extends InputStream {

    private final InputStream in;
    private final Opened opened;

    /** A call that took too long may fill it later, and so must not have the caller's own. */
    private byte[] buffer = new byte[0];

    Reader(InputStream in) {
      this.in = in;
      this.opened = new Opened(in);
    }

    @Override
    public int read() throws IOException {
      return opened.use(in::read);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int most = Math.min(length, MOST_BYTES);
      if (buffer.length < most) {
        buffer = new byte[most];
      }
      int read = opened.use(() -> in.read(buffer, 0, most));
      System.arraycopy(buffer, 0, into, from, Math.max(0, read));
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      return opened.use(() -> in.skip(count));
    }

    @Override
    public int available() throws IOException {
      return opened.use(in::available);
    }

    @Override
    public void close() throws IOException {
      opened.close();
    }
  }

  private final class Writer extends BlobWriter {

    private final BlobWriter writer;
    private final Opened opened;

    Writer(BlobWriter writer) {
      this.writer = writer;
      this.opened = new Opened(writer);
    }

    /** What a call that took too long writes later is part of a blob that is discarded. */
    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      opened.act(() -> writer.write(bytes, from, length));
    }

    @Override
    public void commit() throws IOException {
      opened.act(writer::commit);
    }

    @Override
    public void close() throws IOException {
      opened.close();
    }
  }
}
