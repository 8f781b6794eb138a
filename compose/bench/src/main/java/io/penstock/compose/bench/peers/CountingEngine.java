package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.rig.ForwardingEngine;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Sleeps for each request's time and tells how many it runs, as a model server does. The worker
 * then trusts its slots; of a silent engine it would learn a limit from how durations change, which
 * makes no sense where requests of no work and of half a second come mixed.
 */
final class CountingEngine extends ForwardingEngine {

  private final InstantSource clock;
  private final AtomicInteger running = new AtomicInteger();

  CountingEngine(Function<EngineRequest, Duration> time, InstantSource clock) {
    super(new SleepingEngine(time));
    this.clock = clock;
  }

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    running.incrementAndGet();
    try {
      return super.run(request, listener);
    } finally {
      running.decrementAndGet();
    }
  }

  @Override
  public Optional<EngineLoad> load() {
    return Optional.of(
        new EngineLoad(
            running.get(),
            0,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            clock.instant()));
  }
}
