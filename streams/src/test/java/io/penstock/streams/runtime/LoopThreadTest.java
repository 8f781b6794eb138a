package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopThreadTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String ENDED = "its thread does not run";

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final AtomicLong nanoTime = new AtomicLong();
  private final JobWatch watch = JobWatch.ofLoop("test", "restarts", metrics, nanoTime::get);
  private final Queue<Throwable> failures = new ArrayDeque<>();
  private final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
  private final CountDownLatch serving = new CountDownLatch(1);
  private final CountDownLatch woken = new CountDownLatch(1);
  private @Nullable LoopThread loop;

  @AfterEach
  void stop() {
    if (loop != null) {
      loop.stop(woken::countDown, TIMEOUT);
    }
  }

  @Test
  void beginsAnewAfterEachFailureAndCountsIt() throws InterruptedException {
    failures.addAll(List.of(new IllegalStateException("first"), new StackOverflowError()));
    LoopThread started = start(Duration.ZERO);
    serving.await();

    assertThat(restarts()).isEqualTo(2);
    assertThat(started.problem()).isEmpty();
    started.stop(woken::countDown, TIMEOUT);
    assertThat(started.problem()).hasValue(ENDED);
    assertThat(started.failure()).as("it was stopped").isEmpty();
  }

  @Test
  void aWakeUpIsNoFailure() throws InterruptedException {
    failures.add(new WakeupException());
    start(Duration.ZERO);
    serving.await();

    assertThat(restarts()).isZero();
  }

  @Test
  void aFatalErrorEndsTheThreadAndIsThrownOn() throws Exception {
    OutOfMemoryError fatal = new OutOfMemoryError("test");
    failures.add(fatal);
    LoopThread started = start(Duration.ZERO);

    assertThat(thrown.get(10, TimeUnit.SECONDS)).isSameAs(fatal);
    awaitFailure(started);
    started.stop(woken::countDown, TIMEOUT);
    assertThat(serving.getCount()).isEqualTo(1);
    assertThat(started.problem()).hasValue(ENDED);
  }

  private static void awaitFailure(LoopThread ended) {
    while (ended.failure().isEmpty() && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
    assertThat(ended.failure()).isPresent();
  }

  @Test
  void stopEndsAPauseAtOnce() {
    failures.add(new IllegalStateException("first"));
    LoopThread started = start(Duration.ofHours(1));

    started.stop(woken::countDown, TIMEOUT);
    assertThat(started.problem()).hasValue(ENDED);
    assertThat(serving.getCount()).isEqualTo(1);
  }

  @Test
  void isStalledAfterHalfAMinuteWithoutATurnAndSaysWhatFailedLast() throws InterruptedException {
    failures.add(new IllegalStateException("no broker"));
    LoopThread started = start(Duration.ZERO);
    serving.await();
    assertThat(stalled()).isZero();

    pass(31);
    assertThat(stalled()).isEqualTo(1);
    assertThat(started.problem().orElseThrow())
        .startsWith("it makes no progress: its loop ")
        .endsWith("the last failure was java.lang.IllegalStateException: no broker");

    started.progressed();
    assertThat(stalled()).isZero();
    pass(31);
    assertThat(started.problem().orElseThrow()).doesNotContain("no broker");
  }

  @Test
  void manyFailuresAreNoStallWhileTurnsAreCompleted() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      failures.add(new IllegalStateException("again"));
    }
    LoopThread started = start(Duration.ZERO);
    serving.await();

    assertThat(restarts()).isEqualTo(20);
    assertThat(started.problem()).isEmpty();
  }

  private LoopThread start(Duration pause) {
    GrowingPause pauses = new GrowingPause(new PauseRule(pause, pause), Duration.ofHours(2));
    loop = new LoopThread("test", this::live, watch, InstantSource.system(), pauses);
    loop.start();
    return loop;
  }

  /** Fails while there are failures left, and then waits to be woken. */
  private void live() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> thrown.complete(error));
    switch (failures.poll()) {
      case null -> {
        serving.countDown();
        awaitWakeUp();
      }
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      case Throwable other -> throw new AssertionError(other);
    }
  }

  private void awaitWakeUp() {
    try {
      woken.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void pass(int seconds) {
    nanoTime.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  private double restarts() {
    return metrics.get("penstock.test.restarts").counter().count();
  }

  private double stalled() {
    return metrics.get("penstock.test.stalled").gauge().value();
  }
}
