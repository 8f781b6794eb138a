package io.penstock.workers.engine.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SimulatedCallTest {

  @Test
  @Timeout(10)
  void anEndThatComesWhileTheListenerWaitsIsNotMissed() throws Exception {
    SimulatedCall call = new SimulatedCall();
    call.firstToken();

    SimulatedCall.State end =
        call.await(
            Instant.now().plusSeconds(3600),
            Clock.systemUTC(),
            () -> {
              call.end(SimulatedCall.State.FINISHED);
              // Waiting for a lock takes the wake-up in the same way.
              LockSupport.park(this);
            },
            SimulatedCall.NO_DEADLINE,
            () -> {});

    assertThat(end).isEqualTo(SimulatedCall.State.FINISHED);
  }
}
