package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets a few platform threads do all that a store does; callers wait for them. A virtual thread
 * that reads a file keeps its carrier until the file system answers. So a file system that stalls
 * would soon hold up all virtual threads; here it holds up only those that wait for a blob.
 */
final class PooledStore implements BlobStore {

  /** More than disks use at once, and enough for a file system on the network. */
  static final int THREADS = 16;

  private final BlobStore store;
  private final Executor threads = threads();

  PooledStore(BlobStore store) {
    this.store = store;
  }

  /** They end when nobody uses the store, since stores are not closed. */
  private static Executor threads() {
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

  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException;
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  /**
   * Waits until it is done, also where the caller is interrupted: what it reads into or writes is
   * in use until then.
   */
  private <T> T call(Call<T> call) throws IOException {
    CompletableFuture<T> done = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            done.complete(call.run());
          } catch (IOException | RuntimeException | Error failed) {
            done.completeExceptionally(failed);
          }
        });
    try {
      return done.join();
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case IOException refused -> throw refused;
        case RuntimeException wrong -> throw wrong;
        case Error fatal -> throw fatal;
        case null, default -> throw failed;
      }
    }
  }

  private void act(Action action) throws IOException {
    boolean _ =
        call(
            () -> {
              action.run();
              return true;
            });
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    return new Writer(call(() -> store.create(name)));
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    return new Reader(call(() -> store.read(name, from, length)));
  }

  @Override
  public OptionalLong size(BlobName name) throws IOException {
    return call(() -> store.size(name));
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return call(() -> store.delete(name));
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    return call(() -> store.list(under, before));
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    act(() -> store.sweep(now, age));
  }

  private final class Reader extends InputStream {

    private final InputStream in;

    Reader(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return call(in::read);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      return call(() -> in.read(into, from, length));
    }

    @Override
    public long skip(long count) throws IOException {
      return call(() -> in.skip(count));
    }

    @Override
    public int available() throws IOException {
      return call(in::available);
    }

    @Override
    public void close() throws IOException {
      act(in::close);
    }
  }

  private final class Writer extends BlobWriter {

    private final BlobWriter writer;

    Writer(BlobWriter writer) {
      this.writer = writer;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      act(() -> writer.write(bytes, from, length));
    }

    @Override
    public void commit() throws IOException {
      act(writer::commit);
    }

    @Override
    public void close() throws IOException {
      act(writer::close);
    }
  }
}
