package io.penstock.workers.engine.embedding;

import io.penstock.workers.engine.EngineProvider;
import io.penstock.workers.engine.EngineProviderContract;
import java.util.Map;

class EmbeddingEngineProviderTest extends EngineProviderContract {

  @Override
  protected EngineProvider provider() {
    return new EmbeddingEngineProvider();
  }

  @Override
  protected Map<String, String> required() {
    return Map.of();
  }

  @Override
  protected Map<String, String> wrongValues() {
    return Map.ofEntries(
        Map.entry("threads", "0"),
        Map.entry("max-inputs", "2049"),
        Map.entry("max-input-characters", "many"));
  }
}
