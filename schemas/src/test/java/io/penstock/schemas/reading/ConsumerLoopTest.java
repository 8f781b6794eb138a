package io.penstock.schemas.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConsumerLoopTest {

  private final Semaphore opening = new Semaphore(0);
  private final Semaphore mayOpen = new Semaphore(0);
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final AtomicInteger recoveries = new AtomicInteger();
  private final ConsumerLoop<String> loop =
      new ConsumerLoop<>(
          "loop",
          () -> new MockConsumer<>("none"),
          new FailingReader(),
          recoveries::incrementAndGet);

  @AfterEach
  void close() {
    loop.stop();
    mayOpen.release();
    failures.add(new IllegalStateException("the end"));
    loop.close();
  }

  @Test
  void afterAnErrorTheLoopIsUnhealthyUntilItIsOpenAgainAndTellsItsOwner() throws Exception {
    assertThat(loop.healthy()).as("not started").isTrue();
    loop.start();
    openAndFail(new OutOfMemoryError("no room"));
    opening.acquire();
    assertThat(loop.healthy()).isFalse();
    assertThat(recoveries).hasValue(0);
    opening.release();
    openAndFail(new IllegalStateException("Kafka is away"));
    opening.acquire();
    assertThat(loop.healthy()).isTrue();
    assertThat(recoveries).hasValue(1);
  }

  @Test
  void anOrdinaryFailureIsNoNewsToTheOwner() throws Exception {
    loop.start();
    openAndFail(new IllegalStateException("Kafka is away"));
    openAndFail(new IllegalStateException("Kafka is away again"));
    opening.acquire();
    assertThat(loop.healthy()).isTrue();
    assertThat(recoveries).hasValue(0);
  }

  @Test
  void aLoopWhoseThreadWasInterruptedHasDiedAndOneThatWasStoppedHasNot() throws Exception {
    assertThat(loop.hasDied()).as("not started").isFalse();
    loop.start();
    opening.acquire();
    Thread thread = threadNamed("loop");
    assertThat(loop.hasDied()).as("running").isFalse();
    thread.interrupt();
    mayOpen.release();
    thread.join();
    assertThat(loop.hasDied()).isTrue();
    loop.stop();
    assertThat(loop.hasDied()).as("stopped").isFalse();
  }

  private static Thread threadNamed(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Otherwise the thirtieth pause would be of days. */
  @Test
  void aPauseAfterATurnThatSucceededIsTheShortestAgain() throws Exception {
    CountDownLatch failed = new CountDownLatch(30);
    GrowingPause pause =
        new GrowingPause(
            new PauseRule(Duration.ofMillis(1), Duration.ofDays(30)), Duration.ofDays(1));
    AtomicBoolean fails = new AtomicBoolean();
    try (ConsumerLoop<String> brief =
        new ConsumerLoop<>(
            "brief",
            () -> new MockConsumer<>("none"),
            new ConsumerLoop.Reader<>() {
              @Override
              public void open(Consumer<String, byte[]> consumer) {}

              @Override
              public void turn(Consumer<String, byte[]> consumer) {
                boolean failing = fails.getAndSet(!fails.get());
                if (failing) {
                  failed.countDown();
                  throw new IllegalStateException("after a good turn");
                }
              }
            },
            () -> {},
            pause)) {
      brief.start();
      assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Lets the reader open, and the turn after it fail. */
  private void openAndFail(Throwable failure) throws InterruptedException {
    opening.acquire();
    mayOpen.release();
    failures.add(failure);
  }

  private final class FailingReader implements ConsumerLoop.Reader<String> {

    @Override
    public void open(Consumer<String, byte[]> consumer) {
      opening.release();
      mayOpen.acquireUninterruptibly();
    }

    @Override
    public void turn(Consumer<String, byte[]> consumer) {
      try {
        switch (failures.take()) {
          case Error error -> throw error;
          case Throwable failure -> throw new IllegalStateException(failure);
        }
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }
}
