package com.example.penstock;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Provides {@link CountingEngine} as {@code counting}. */
public final class CountingEngineProvider implements EngineProvider {

  private static final Duration USUAL = Duration.ofMillis(20);

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public List<EngineOption> options() {
    return List.of(
        new EngineOption("per-token", "How long each token takes, such as 50ms (default: 20ms)."));
  }

  @Override
  public Engine create(Options options, InstantSource clock) {
    return new CountingEngine(options.take("per-token", USUAL), clock);
  }
}
