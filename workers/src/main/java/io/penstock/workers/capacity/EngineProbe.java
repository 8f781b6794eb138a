package io.penstock.workers.capacity;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks the engine for its load, and notices when an engine that used to report it stops. One thread
 * uses it.
 */
public final class EngineProbe {

  private final Engine engine;
  private final Duration staleAfter;
  private final ProbeWatch watch;
  private boolean hasTold;

  public EngineProbe(Engine engine, Duration staleAfter, MeterRegistry meters, Tags tags) {
    this.engine = engine;
    this.staleAfter = staleAfter;
    this.watch =
        new ProbeWatch("engine", "capacity rests on slots and the adaptive limit", meters, tags);
  }

  public EngineReading read(Instant now) {
    EngineReading reading = ask(now);
    switch (reading) {
      case EngineReading.Unreported() -> watch.absent();
      case EngineReading.Reported(EngineLoad _) -> watch.observed();
      case EngineReading.Lost(String cause) -> watch.lost(cause);
    }
    return reading;
  }

  private EngineReading ask(Instant now) {
    Optional<EngineLoad> load;
    try {
      load = engine.load();
    } catch (RuntimeException e) {
      return new EngineReading.Lost(e.toString());
    }
    if (load.isEmpty()) {
      return hasTold
          ? new EngineReading.Lost("the engine no longer reports its load")
          : new EngineReading.Unreported();
    }
    hasTold = true;
    Duration age = Duration.between(load.get().observedAt(), now);
    return age.compareTo(staleAfter) > 0
        ? new EngineReading.Lost("the engine's load is %d ms old".formatted(age.toMillis()))
        : new EngineReading.Reported(load.get());
  }
}
