package io.penstock.broker.batches.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JudgingPoolTest {

  private static final String URL = "/v1/completions";
  private static final byte[] SMALL = line("a", 10).getBytes(UTF_8);

  @Test
  void aSmallFileWaitsForNoMoreThanASliceOfEachOtherTenantsFile() throws Exception {
    CountDownLatch smallWaits = new CountDownLatch(1);
    List<String> ended = new CopyOnWriteArrayList<>();
    try (JudgingPool pool = new JudgingPool(1);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Large large = new Large(20 * JudgingPool.SLICE_BYTES, smallWaits);
      Future<InputVerdict> big =
          callers.submit(
              () -> {
                InputVerdict verdict = pool.judge("one", judge(large));
                ended.add("large");
                return verdict;
              });
      large.begun.await();
      Future<InputVerdict> small =
          callers.submit(
              () -> {
                InputVerdict verdict = pool.judge("other", judge(new ByteArrayInputStream(SMALL)));
                ended.add("small after " + large.slices());
                return verdict;
              });
      while (!pool.isWaiting()) {
        Thread.onSpinWait();
      }
      smallWaits.countDown();

      assertThat(small.get()).isEqualTo(new InputVerdict.Accepted(1, "m"));
      assertThat(big.get()).isInstanceOf(InputVerdict.Accepted.class);
      assertThat(ended.getFirst()).startsWith("small");
      assertThat(large.slicesWhenReleased).isEqualTo(0);
    }
  }

  @Test
  void whatCannotBeReadIsTheCallersFailure() {
    try (JudgingPool pool = new JudgingPool(1)) {
      InputStream broken =
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("disk");
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
              throw new IOException("disk");
            }
          };
      assertThatThrownBy(() -> pool.judge("t", judge(broken)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("disk");
    }
  }

  @Test
  void aClosedPoolJudgesNothing() {
    JudgingPool pool = new JudgingPool(1);
    pool.close();
    assertThatThrownBy(() -> pool.judge("t", judge(new ByteArrayInputStream(SMALL))))
        .isInstanceOf(IOException.class);
  }

  private static InputJudge judge(InputStream in) {
    return new InputJudge(in, URL, InputLimits.of(1 << 20));
  }

  private static String line(String customId, int filling) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"m\",\"x\":\"%s\"}}\n"
        .formatted(customId, URL, "x".repeat(filling));
  }

  /** Lines without end, up to a size; the first read waits for a signal. */
  private static final class Large extends InputStream {

    private final long bytes;
    private final CountDownLatch signal;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicLong read = new AtomicLong();
    private volatile long slicesWhenReleased = -1;
    private byte[] rest = new byte[0];
    private int at;
    private int lines;

    Large(long bytes, CountDownLatch signal) {
      this.bytes = bytes;
      this.signal = signal;
    }

    long slices() {
      return read.get() / JudgingPool.SLICE_BYTES;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (slicesWhenReleased < 0) {
        begun.countDown();
        try {
          signal.await();
        } catch (InterruptedException interrupted) {
          throw new IOException(interrupted);
        }
        slicesWhenReleased = slices();
      }
      if (at == rest.length) {
        if (read.get() >= bytes) {
          return -1;
        }
        lines++;
        rest = line("line-" + lines, 10_000).getBytes(UTF_8);
        at = 0;
      }
      int some = Math.min(length, rest.length - at);
      System.arraycopy(rest, at, into, from, some);
      at += some;
      long _ = read.addAndGet(some);
      return some;
    }
  }
}
