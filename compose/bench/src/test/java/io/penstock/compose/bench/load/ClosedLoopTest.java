package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {

  @Test
  void neverMoreThanTheLimitAreInFlight() throws Exception {
    ClosedLoop loop = new ClosedLoop(3);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService system = Executors.newSingleThreadExecutor()) {
      double perSecond =
          loop.run(
              Duration.ofMillis(10),
              Duration.ofMillis(50),
              number -> {
                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                system.execute(
                    () -> {
                      inFlight.decrementAndGet();
                      loop.arrived();
                    });
              });
      assertThat(perSecond).isPositive();
    }
    assertThat(most).hasValueLessThanOrEqualTo(3);
    assertThat(inFlight).hasValue(0);
  }
}
