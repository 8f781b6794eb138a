package io.penstock.broker.batches.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.SilentGateway;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.settings.FileSettings;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.schemas.TerminalStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchCoordinatorTest {

  private static final int CALLERS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(100);

  private final CountDownLatch written = new CountDownLatch(1);
  private final CountDownLatch judged = new CountDownLatch(1);
  private final AtomicInteger writes = new AtomicInteger();
  private volatile InputJudging judging =
      (_, _, _, _) -> {
        throw new IOException("the file is not there");
      };

  private final BatchCoordinator coordinator =
      new BatchCoordinator(
          new OneHome(),
          new BatchRuntime(
              new BatchMachine(FileSettings.DEFAULT.grace()),
              InputLimits.of(10_000),
              (tenant, file, judge, unwanted) -> judging.judge(tenant, file, judge, unwanted),
              (_, _, _) -> Optional.empty(),
              _ -> 0,
              new MemoryStore(),
              new SilentGateway(),
              FileSettings.DEFAULT.outputRetention(),
              _ -> {},
              EventAnnouncer.NOBODY),
          FileSettings.DEFAULT.batchRetention(),
          InstantSource.system());

  private volatile Optional<RuntimeException> refusal = Optional.empty();

  @BeforeEach
  void own() {
    var _ = coordinator.taken(new Home(0, List.of(), new SlowWriter()));
  }

  @AfterEach
  void lose() {
    coordinator.lost(0);
  }

  @Test
  void callsUnderOneKeyAtTheSameMomentBeginOneBatch() throws Exception {
    List<CompletableFuture<BatchCoordinator.Shown>> answers = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      CompletableFuture<BatchCoordinator.Shown> answer = new CompletableFuture<>();
      answers.add(answer);
      callers.add(Thread.ofVirtual().start(() -> answer.complete(begin())));
    }
    // The first one writes, and the others wait for it.
    for (Thread each : callers) {
      while (each.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    assertThat(writes).hasValue(1);

    written.countDown();

    for (CompletableFuture<BatchCoordinator.Shown> each : answers) {
      assertThat(each.get().batch().order()).isEqualTo(ORDER);
    }
    assertThat(coordinator.running()).isEqualTo(1);
  }

  @Test
  void aCancellationDoesNotWaitUntilTheFileIsJudged() throws Exception {
    beginJudging();

    Batch cancelled = coordinator.cancel("acme", ORDER.id(), PATIENCE).orElseThrow().get();

    assertThat(cancelled.status()).isIn(BatchStatus.CANCELLING, BatchStatus.CANCELLED);
    assertThat(judged.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCancellationThatTakesTooLongIsToldWhyTheBatchDoesNotGoOn() throws Exception {
    IllegalStateException fault = new IllegalStateException("a fault of ours");
    CountDownLatch failed = new CountDownLatch(2);
    judging =
        (_, _, _, _) -> {
          failed.countDown();
          throw fault;
        };
    written.countDown();
    var _ = begin();
    // By the second step the first one has failed.
    failed.await();
    refusal = Optional.of(fault);

    CompletableFuture<Batch> cancelled =
        coordinator.cancel("acme", ORDER.id(), SHORT).orElseThrow();

    assertThatThrownBy(cancelled::get).hasRootCauseMessage("a fault of ours");
    refusal = Optional.empty();
    // The wish stays.
    assertThat(coordinator.cancel("acme", ORDER.id(), PATIENCE).orElseThrow().get().status())
        .isIn(BatchStatus.CANCELLING, BatchStatus.CANCELLED);
  }

  @Test
  void aCancellationThatTakesTooLongForNoKnownReasonIsLate() throws Exception {
    CountDownLatch judging = new CountDownLatch(1);
    this.judging =
        (_, _, _, _) -> {
          judging.countDown();
          new CompletableFuture<Void>().join();
          return Optional.empty();
        };
    written.countDown();
    var _ = begin();
    judging.await();

    assertThatThrownBy(() -> coordinator.cancel("acme", ORDER.id(), SHORT).orElseThrow().get())
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void aCancellationOfABatchThatMovesIsForItsNextOwner() throws Exception {
    CountDownLatch judging = new CountDownLatch(1);
    this.judging =
        (_, _, _, unwanted) -> {
          judging.countDown();
          unwanted.join();
          return Optional.empty();
        };
    written.countDown();
    var _ = begin();
    judging.await();
    refusal = Optional.of(new HomeLostException(0));

    assertThatThrownBy(() -> coordinator.cancel("acme", ORDER.id(), PATIENCE).orElseThrow().get())
        .hasRootCauseInstanceOf(HomeLostException.class);
  }

  /** Results of other lines come by the hundred in a second while one thing fails. */
  @Test
  void resultsDoNotHurryABatchThatRestsAfterAFailure() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    CountDownLatch failed = new CountDownLatch(1);
    judging =
        (_, _, _, _) -> {
          tries.incrementAndGet();
          failed.countDown();
          throw new IOException("the file is not there");
        };
    written.countDown();
    var _ = begin();
    failed.await();

    long end = System.nanoTime() + SHORT.multipliedBy(4).toNanos();
    while (System.nanoTime() < end) {
      coordinator.result(
          BrokerSamples.record(
              BrokerSamples.result(ORDER.id() + ".1", TerminalStatus.SUCCEEDED).build()));
      Thread.onSpinWait();
    }

    assertThat(tries).hasValueLessThan(5);
  }

  @Test
  void whoeverLosesABatchJudgesItsFileNoFurther() throws Exception {
    beginJudging();

    coordinator.lost(0);

    assertThat(judged.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Begins a batch whose file takes for ever, unless its verdict is not wanted. */
  private void beginJudging() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    judging =
        (_, _, _, unwanted) -> {
          begun.countDown();
          unwanted.join();
          judged.countDown();
          return Optional.empty();
        };
    written.countDown();
    var _ = begin();
    begun.await();
  }

  private BatchCoordinator.Shown begin() {
    try {
      return coordinator.beginOnce(ORDER);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static final BatchOrder ORDER =
      new BatchOrder(
          "batch_i1",
          "acme",
          "/v1/completions",
          "file-in",
          BlobName.of("files", "in"),
          CompletionWindow.of("24h").orElseThrow(),
          Map.of(),
          null,
          "file-out",
          "file-err",
          Instant.parse("2026-11-30T12:00:00Z"),
          Optional.empty(),
          BatchOrigin.PLAIN);

  /** Counts what is written, and lets it wait. */
  private final class SlowWriter extends FirstPartition {

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      writes.incrementAndGet();
      try {
        written.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      return refusal
          .map(CompletableFuture::<Void>failedFuture)
          .orElseGet(() -> CompletableFuture.completedFuture(null));
    }
  }
}
