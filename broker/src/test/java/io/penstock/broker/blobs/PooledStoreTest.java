package io.penstock.broker.blobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PooledStoreTest extends BlobStoreContract {

  private static final BlobName NAME = BlobName.of("files", "1");

  private final BlobStore store = new PooledStore(new MemoryStore());

  @TempDir private Path folder;

  @Override
  protected BlobStore store() {
    return store;
  }

  /** Reads of a pipe that nobody writes to take for ever, as those of a folder that stalls do. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aFileSystemThatStallsHoldsUpNoVirtualThreadThatDoesNotReadIt() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    int carriers = Runtime.getRuntime().availableProcessors();
    int readers = carriers + PooledStore.THREADS;
    CountDownLatch stalled = new CountDownLatch(Math.min(carriers, PooledStore.THREADS));
    BlobStore stalling = new PooledStore(new Stalling(pipe, stalled));
    List<Future<Integer>> reading = new ArrayList<>();
    try (RandomAccessFile writer = new RandomAccessFile(pipe.toFile(), "rw");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int each = 0; each < readers; each++) {
          reading.add(
              threads.submit(
                  () -> {
                    try (InputStream in = stalling.read(NAME)) {
                      return in.read(new byte[1]);
                    }
                  }));
        }
        stalled.await();
        assertThat(threads.submit(() -> "other").get(20, TimeUnit.SECONDS)).isEqualTo("other");
      } finally {
        writer.write(new byte[readers]);
      }
      for (Future<Integer> each : reading) {
        assertThat(each.get()).isEqualTo(1);
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whoeverWaitsForAFileSystemThatStallsIsToldInTimeAndLeavesNothingBehind() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    int readers = PooledStore.THREADS + 5;
    Stalling files = new Stalling(pipe, new CountDownLatch(PooledStore.THREADS));
    PooledStore stalling = new PooledStore(files, Duration.ofMillis(300));
    List<InputStream> open = new ArrayList<>();
    for (int each = 0; each < readers; each++) {
      open.add(stalling.read(NAME));
    }
    byte[] into = new byte[10];
    try (RandomAccessFile writer = new RandomAccessFile(pipe.toFile(), "rw");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> reading = new ArrayList<>();
      for (InputStream in : open) {
        reading.add(threads.submit(() -> in.read(into)));
      }
      for (Future<Integer> each : reading) {
        assertThatThrownBy(each::get).hasCauseInstanceOf(StoreUnavailableException.class);
      }
      // No thread is left for calls that would open something: they are not made later either.
      assertThatThrownBy(() -> stalling.read(NAME)).isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> stalling.size(NAME)).isInstanceOf(StoreUnavailableException.class);
      assertThat(stalling.waiting()).isEqualTo(readers - PooledStore.THREADS);
      for (InputStream in : open) {
        assertThatThrownBy(in::read).isInstanceOf(StoreUnavailableException.class);
        in.close();
      }
      assertThat(files.closed()).hasValue(0);

      // The file system answers again.
      writer.write("xxxxxxxxxx".repeat(readers).getBytes(UTF_8));
      while (files.closed().get() < readers) {
        Thread.sleep(5);
      }
      assertThat(stalling.size(NAME)).hasValue(1);
      assertThat(files.opened()).hasValue(readers);
      assertThat(into).containsOnly(0);
    }
  }

  /** Opening takes long as well, and nobody waits any more for what was opened. */
  @Test
  void whatIsOpenedTooLateIsClosed() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicInteger closed = new AtomicInteger();
    BlobWriter opened =
        new BlobWriter() {
          @Override
          public void write(byte[] bytes, int from, int length) {}

          @Override
          public void commit() {}

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    BlobStore stalling = new PooledStore(new SlowToOpen(answered, opened), Duration.ofMillis(100));
    assertThatThrownBy(() -> stalling.create(NAME)).isInstanceOf(StoreUnavailableException.class);
    answered.countDown();
    while (closed.get() == 0) {
      Thread.sleep(5);
    }
    // The next one opens in time.
    stalling.create(NAME).close();
    assertThat(closed).hasValue(2);
  }

  private static final class SlowToOpen extends Unused {

    private final CountDownLatch answered;
    private final BlobWriter writer;

    SlowToOpen(CountDownLatch answered, BlobWriter writer) {
      this.answered = answered;
      this.writer = writer;
    }

    @Override
    public BlobWriter create(BlobName name) throws IOException {
      try {
        answered.await();
      } catch (InterruptedException stopped) {
        throw new IOException(stopped);
      }
      return writer;
    }
  }

  /** A store with one file, whose file system does not answer. */
  private static final class Stalling extends Unused {

    private final Path file;
    private final CountDownLatch stalled;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    Stalling(Path file, CountDownLatch stalled) {
      this.file = file;
      this.stalled = stalled;
    }

    AtomicInteger opened() {
      return opened;
    }

    AtomicInteger closed() {
      return closed;
    }

    @Override
    public OptionalLong size(BlobName name) {
      return OptionalLong.of(1);
    }

    @Override
    public InputStream read(BlobName name, long from, long length) throws IOException {
      // Opened for both, it is open at once.
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      InputStream in = Channels.newInputStream(channel);
      opened.incrementAndGet();
      return new InputStream() {
        @Override
        public int read() throws IOException {
          return in.read();
        }

        @Override
        public int read(byte[] into, int at, int most) throws IOException {
          stalled.countDown();
          return in.read(into, at, most);
        }

        @Override
        public void close() throws IOException {
          in.close();
          closed.incrementAndGet();
        }
      };
    }
  }

  private static class Unused implements BlobStore {

    @Override
    public InputStream read(BlobName name, long from, long length) throws IOException {
      throw new UnsupportedOperationException();
    }

    @Override
    public BlobWriter create(BlobName name) throws IOException {
      throw new UnsupportedOperationException();
    }

    @Override
    public OptionalLong size(BlobName name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean delete(BlobName name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<BlobName> list(BlobName under, Instant before) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sweep(Instant now, Duration age) {
      throw new UnsupportedOperationException();
    }
  }
}
