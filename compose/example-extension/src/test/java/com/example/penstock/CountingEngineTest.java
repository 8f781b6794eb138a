package com.example.penstock;

import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineContract;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.time.Duration;
import java.time.InstantSource;

class CountingEngineTest extends EngineContract {

  @Override
  protected Engine open() {
    return new CountingEngine(Duration.ofMillis(10), InstantSource.system());
  }

  @Override
  protected EngineRequest quick() {
    return EngineRequests.request("/v1/completions", "{\"prompt\":\"count\"}", 2, 5);
  }

  @Override
  protected EngineRequest slow() {
    return EngineRequests.request(
        "/v1/completions", "{\"prompt\":\"count\",\"max_tokens\":10000}", 2, 10_000);
  }
}
