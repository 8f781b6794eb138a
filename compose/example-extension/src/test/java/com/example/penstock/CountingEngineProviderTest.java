package com.example.penstock;

import io.penstock.workers.engine.EngineProvider;
import io.penstock.workers.engine.EngineProviderContract;
import java.util.Map;

class CountingEngineProviderTest extends EngineProviderContract {

  @Override
  protected EngineProvider provider() {
    return new CountingEngineProvider();
  }

  @Override
  protected Map<String, String> required() {
    return Map.of();
  }

  @Override
  protected Map<String, String> wrongValues() {
    return Map.of("per-token", "soon");
  }
}
