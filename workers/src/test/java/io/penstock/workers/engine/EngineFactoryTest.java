package io.penstock.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.workers.engine.openai.ApiKey;
import io.penstock.workers.engine.openai.OpenAiConfig;
import io.penstock.workers.engine.simulated.KvPolicy;
import io.penstock.workers.engine.simulated.SimulatedConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFactoryTest {

  private static EngineOptions options(String kind, String... pairs) {
    return new EngineOptions(EngineSettings.of(kind, List.of(pairs)));
  }

  private static void assertRefused(String kind, String remedy, String... pairs) {
    assertThatThrownBy(
            () ->
                EngineFactory.create(
                        EngineSettings.of(kind, List.of(pairs)), InstantSource.system())
                    .close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(remedy);
  }

  @Test
  void buildsASimulatedEngineWithoutOptions() {
    try (Engine engine =
        EngineFactory.create(new EngineSettings("simulated", Map.of()), InstantSource.system())) {
      assertThat(engine.name()).isEqualTo("simulated/llama3.1-8b_a100tp2");
    }
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
        EngineFactory.simulated(
            options(
                "simulated",
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

  @Test
  void takesEveryOptionOfTheOpenAiEngine() {
    OpenAiConfig config =
        EngineFactory.openAi(
            options(
                "openai",
                "base-url=http://h:8000/v1",
                "api-key-env=KEY",
                "connect-timeout=250ms",
                "total-timeout=3m",
                "served-name.llama=org/llama",
                "header.OpenAI-Organization=o",
                "endpoints=/v1/completions, /v1/embeddings",
                "max-response-bytes=5000",
                "longest-pause=30m",
                "metrics=vllm",
                "metrics-interval=2s",
                "metrics-stale-after=9s"));

    assertThat(config.apiKey()).isEqualTo(new ApiKey.FromEnvironment("KEY"));
    assertThat(config.connectTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.totalTimeout()).isEqualTo(Duration.ofMinutes(3));
    assertThat(config.servedNames()).containsEntry("llama", "org/llama");
    assertThat(config.headers()).containsEntry("OpenAI-Organization", "o");
    assertThat(config.endpoints()).containsExactlyInAnyOrder("/v1/completions", "/v1/embeddings");
    assertThat(config.maxResponseBytes()).isEqualTo(5000);
    assertThat(config.longestPause()).isEqualTo(Duration.ofMinutes(30));
    var metrics = config.metrics().orElseThrow();
    assertThat(metrics.url()).hasToString("http://h:8000/metrics");
    assertThat(metrics.interval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(metrics.staleAfter()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void refusesWhatIsWrongAndNamesIt() {
    assertRefused("quantum", "there are embedding, openai and simulated");
    assertRefused("embedding", "no option thread; it has max-input-characters", "thread=1");
    assertRefused("embedding", "threads", "threads=0");
    assertRefused("embedding", "threads=many", "threads=many");
    assertRefused("openai", "needs option base-url");
    assertRefused("openai", "base url must be http", "base-url=ftp://h");
    assertRefused("openai", "not both", "base-url=http://h", "api-key-env=A", "api-key-file=b");
    assertRefused("openai", "need metrics=vllm", "base-url=http://h", "metrics-interval=3s");
    assertRefused("openai", "connect-timeout=soon", "base-url=http://h", "connect-timeout=soon");
    assertRefused("openai", "is set by the engine", "base-url=http://h", "header.Authorization=x");
    assertRefused("simulated", "llama2-7b_a10g", "profile=unknown");
    assertRefused("simulated", "kv-policy=steal", "kv-policy=steal");
    assertRefused("simulated", "speed", "speed=0");
    assertRefused("simulated", "given twice", "speed=1", "speed=2");
    assertRefused("simulated", "key=value", "speed");
  }

  @Test
  void anOptionWithoutANameIsNotRepeatedSinceItMayBeAKey() {
    assertThatThrownBy(() -> EngineSettings.of("openai", List.of("sk-0123456789")))
        .hasMessageContaining("'sk-0...'")
        .hasMessageNotContaining("123456789");
  }
}
