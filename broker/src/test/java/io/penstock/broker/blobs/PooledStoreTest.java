package io.penstock.broker.blobs;

import static org.assertj.core.api.Assertions.assertThat;

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

  /** A store with one file, whose file system does not answer. */
  private record Stalling(Path file, CountDownLatch stalled) implements BlobStore {

    @Override
    public InputStream read(BlobName name, long from, long length) throws IOException {
      // Opened for both, it is open at once.
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      InputStream in = Channels.newInputStream(channel);
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
        }
      };
    }

    @Override
    public BlobWriter create(BlobName name) {
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
