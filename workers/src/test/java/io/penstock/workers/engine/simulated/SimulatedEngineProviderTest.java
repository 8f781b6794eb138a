package io.penstock.workers.engine.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineProvider;
import io.penstock.workers.engine.EngineProviderContract;
import io.penstock.workers.engine.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedEngineProviderTest extends EngineProviderContract {

  private static Options options(String... pairs) {
    return EngineFactory.options(
        new SimulatedEngineProvider(), EngineSettings.of("simulated", List.of(pairs)).options());
  }

  @Override
  protected EngineProvider provider() {
    return new SimulatedEngineProvider();
  }

  @Override
  protected Map<String, String> required() {
    return Map.of();
  }

  @Override
  protected Map<String, String> wrongValues() {
    return Map.ofEntries(
        Map.entry("profile", "unknown"),
        Map.entry("profiles-file", "/no/such/file"),
        Map.entry("speed", "0"),
        Map.entry("speed-up", "fast"),
        Map.entry("chunk-tokens", "0"),
        Map.entry("kv-policy", "steal"),
        Map.entry("start-up", "later"),
        Map.entry("failure-probability", "2"),
        Map.entry("seed", "x"),
        Map.entry("dimensions", "0"));
  }

  @Test
  void takesEveryOptionOfTheSimulatedEngine(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("profiles.csv");
    Files.writeString(
        file,
        """
        profile,gpu,prefill_tokens_per_s,decode_base_ms,decode_per_sequence_ms,decode_per_kv_token_ms,kv_capacity_tokens,max_batch,source
        mine,H200,1000,1,2,3.0e-3,500,4,measured
        """);
    SimulatedConfig config =
        SimulatedEngineProvider.config(
            options(
                "profiles-file=" + file,
                "profile=mine",
                "speed=0.5",
                "speed-up=10",
                "chunk-tokens=256",
                "kv-policy=reserve",
                "start-up=2s",
                "failure-probability=0.1",
                "seed=3",
                "dimensions=8"));

    assertThat(config.profile().decodeStepSeconds(2, 1000)).isEqualTo(0.008);
    assertThat(config.batching().speed()).isEqualTo(0.5);
    assertThat(config.speedUp()).isEqualTo(10);
    assertThat(config.batching().chunkTokens()).isEqualTo(256);
    assertThat(config.batching().kvPolicy()).isEqualTo(KvPolicy.RESERVE);
    assertThat(config.batching().startUp()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.embeddingDimensions()).isEqualTo(8);
  }
}
