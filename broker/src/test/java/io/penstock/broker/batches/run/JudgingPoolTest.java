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
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JudgingPoolTest {

  private static final String URL = "/v1/completions";
  private static final byte[] SMALL = line("a", 10).getBytes(UTF_8);
  private static final InputVerdict GOOD = new InputVerdict.Accepted(1, "m");

  private final CountDownLatch answers = new CountDownLatch(1);
  private final Semaphore stalled = new Semaphore(0);

  /** Lets whoever waits go on, also where a test has failed. */
  private final class Callers implements AutoCloseable {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Future<InputVerdict> submit(Callable<InputVerdict> call) {
      return threads.submit(call);
    }

    @Override
    public void close() {
      answers.countDown();
      threads.close();
    }
  }

  /** A store that does not answer holds up the files that wait for it, and no others. */
  @Test
  void readsThatStallHoldUpNobodyElse() throws Exception {
    try (JudgingPool pool = new JudgingPool(1);
        Callers callers = new Callers()) {
      List<Future<InputVerdict>> waiting = new ArrayList<>();
      for (int each = 0; each < 20; each++) {
        String tenant = "stalled-" + each;
        waiting.add(
            callers.submit(
                () -> wanted(pool, tenant, () -> new Stalling(stalled, answers), judge())));
      }
      stalled.acquire(20);

      assertThat(wanted(pool, "other", JudgingPoolTest::small, judge())).isEqualTo(GOOD);

      answers.countDown();
      for (Future<InputVerdict> each : waiting) {
        assertThat(each.get()).isEqualTo(GOOD);
      }
    }
  }

  @Test
  void ofEachTenantAFewFilesAreOpenAtOnce() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    try (JudgingPool pool = new JudgingPool(1);
        Callers callers = new Callers()) {
      List<Future<InputVerdict>> waiting = new ArrayList<>();
      for (int each = 0; each < 20; each++) {
        waiting.add(
            callers.submit(
                () ->
                    wanted(
                        pool,
                        "many",
                        () -> {
                          opened.incrementAndGet();
                          return new Stalling(stalled, answers);
                        },
                        judge())));
      }
      stalled.acquire(JudgingPool.MOST_OF_TENANT);
      assertThat(wanted(pool, "other", JudgingPoolTest::small, judge())).isEqualTo(GOOD);
      assertThat(opened).hasValue(JudgingPool.MOST_OF_TENANT);

      answers.countDown();
      for (Future<InputVerdict> each : waiting) {
        assertThat(each.get()).isEqualTo(GOOD);
      }
      assertThat(opened).hasValue(20);
    }
  }

  @Test
  void aSmallFileIsJudgedBetweenTwoSlicesOfALargeOne() throws Exception {
    CountDownLatch smallIsJudged = new CountDownLatch(1);
    CountDownLatch firstSliceIsRead = new CountDownLatch(1);
    byte[] large = line("line-1", 1000).getBytes(UTF_8);
    try (JudgingPool pool = new JudgingPool(1);
        Callers callers = new Callers()) {
      InputStream slices =
          new InputStream() {
            private int lines;
            private InputStream line = InputStream.nullInputStream();

            @Override
            public int read() {
              throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
              int read = line.read(into, from, length);
              if (read > 0) {
                return read;
              }
              lines++;
              if (lines * large.length > 2 * JudgingPool.SLICE_BYTES) {
                return -1;
              }
              if (lines * large.length > JudgingPool.SLICE_BYTES + 2 * large.length) {
                firstSliceIsRead.countDown();
                await(smallIsJudged);
              }
              line = new ByteArrayInputStream(line("line-" + lines, 1000).getBytes(UTF_8));
              return line.read(into, from, length);
            }
          };
      Future<InputVerdict> big = callers.submit(() -> wanted(pool, "one", () -> slices, judge()));
      firstSliceIsRead.await();
      assertThat(wanted(pool, "one", JudgingPoolTest::small, judge())).isEqualTo(GOOD);
      assertThat(big.isDone()).isFalse();
      smallIsJudged.countDown();
      assertThat(big.get()).isInstanceOf(InputVerdict.Accepted.class);
    }
  }

  @Test
  void whatCannotBeReadIsTheCallersFailureAndKeepsNoPlace() throws IOException {
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
      for (int each = 0; each <= JudgingPool.MOST_OF_TENANT; each++) {
        assertThatThrownBy(() -> wanted(pool, "t", () -> broken, judge()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("disk");
        assertThatThrownBy(
                () ->
                    wanted(
                        pool,
                        "t",
                        () -> {
                          throw new IOException("not there");
                        },
                        judge()))
            .hasMessageContaining("not there");
      }
      assertThat(wanted(pool, "t", JudgingPoolTest::small, judge())).isEqualTo(GOOD);
    }
  }

  @Test
  void aClosedPoolJudgesNothingAndLetsNobodyWait() throws Exception {
    JudgingPool pool = new JudgingPool(1);
    try (Callers callers = new Callers()) {
      List<Future<InputVerdict>> waiting = new ArrayList<>();
      for (int each = 0; each < 10; each++) {
        waiting.add(
            callers.submit(() -> wanted(pool, "t", () -> new Stalling(stalled, answers), judge())));
      }
      stalled.acquire(JudgingPool.MOST_OF_TENANT);
      pool.close();
      answers.countDown();
      for (Future<InputVerdict> each : waiting) {
        assertThatThrownBy(each::get).hasRootCauseInstanceOf(IOException.class);
      }
    }
    assertThatThrownBy(() -> wanted(pool, "t", JudgingPoolTest::small, judge()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whoeverIsNoLongerWantedLeavesTheQueueAtOnce() throws Exception {
    CompletableFuture<Void> unwanted = new CompletableFuture<>();
    AtomicInteger opened = new AtomicInteger();
    try (JudgingPool pool = new JudgingPool(1);
        Callers callers = new Callers()) {
      List<Future<InputVerdict>> reading = new ArrayList<>();
      for (int each = 0; each < JudgingPool.MOST_OF_TENANT; each++) {
        reading.add(
            callers.submit(() -> wanted(pool, "t", () -> new Stalling(stalled, answers), judge())));
      }
      stalled.acquire(JudgingPool.MOST_OF_TENANT);
      Future<Optional<InputVerdict>> queued =
          callers.threads.submit(
              () ->
                  pool.judge(
                      "t",
                      () -> {
                        opened.incrementAndGet();
                        return small();
                      },
                      judge(),
                      unwanted));
      unwanted.complete(null);

      assertThat(queued.get(20, TimeUnit.SECONDS)).isEmpty();
      assertThat(opened).hasValue(0);

      answers.countDown();
      for (Future<InputVerdict> each : reading) {
        assertThat(each.get()).isEqualTo(GOOD);
      }
    }
  }

  @Test
  void aFileThatIsNoLongerWantedIsReadNoFurtherAndKeepsNoPlace() throws Exception {
    try (JudgingPool pool = new JudgingPool(1)) {
      for (int each = 0; each <= JudgingPool.MOST_OF_TENANT; each++) {
        CompletableFuture<Void> unwanted = new CompletableFuture<>();
        AtomicBoolean closed = new AtomicBoolean();
        byte[] file = "x".repeat(JudgingPool.SLICE_BYTES).getBytes(UTF_8);
        InputStream slices =
            new SequenceInputStream(
                new ByteArrayInputStream(file),
                new InputStream() {
                  @Override
                  public int read() {
                    throw new AssertionError("The second slice is not wanted.");
                  }

                  @Override
                  public int read(byte[] into, int from, int length) {
                    return read();
                  }

                  @Override
                  public void close() {
                    closed.set(true);
                  }
                }) {
              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                unwanted.complete(null);
                return super.read(into, from, length);
              }
            };

        assertThat(pool.judge("t", () -> slices, judge(), unwanted)).isEmpty();
        assertThat(closed).isTrue();
      }
      assertThat(wanted(pool, "t", JudgingPoolTest::small, judge())).isEqualTo(GOOD);
    }
  }

  private static InputVerdict wanted(
      JudgingPool pool, String tenant, InputJudging.Source file, InputJudge judge)
      throws IOException {
    return pool.judge(tenant, file, judge, new CompletableFuture<>()).orElseThrow();
  }

  private static InputStream small() {
    return new ByteArrayInputStream(SMALL);
  }

  private static InputJudge judge() {
    return new InputJudge(URL, InputLimits.of(1 << 20));
  }

  private static String line(String customId, int filling) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"m\",\"x\":\"%s\"}}\n"
        .formatted(customId, URL, "x".repeat(filling));
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  /** A small file that comes once the store answers. */
  private static final class Stalling extends InputStream {

    private final InputStream file = small();
    private final Semaphore stalled;
    private final CountDownLatch answers;

    Stalling(Semaphore stalled, CountDownLatch answers) {
      this.stalled = stalled;
      this.answers = answers;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (answers.getCount() > 0) {
        stalled.release();
        await(answers);
      }
      return file.read(into, from, length);
    }
  }
}
