package io.penstock.workers.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineProvider;
import io.penstock.workers.engine.EngineProviderContract;
import io.penstock.workers.engine.EngineSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenAiEngineProviderTest extends EngineProviderContract {

  private static Options options(String... pairs) {
    return EngineFactory.options(
        new OpenAiEngineProvider(), EngineSettings.of("openai", List.of(pairs)).options());
  }

  @Override
  protected EngineProvider provider() {
    return new OpenAiEngineProvider();
  }

  @Override
  protected Map<String, String> required() {
    return Map.of("base-url", "http://127.0.0.1:1");
  }

  @Override
  protected Map<String, String> wrongValues() {
    return Map.ofEntries(
        Map.entry("base-url", "ftp://h"),
        Map.entry("api-key-env", "PENSTOCK_NO_SUCH_VARIABLE"),
        Map.entry("api-key-file", "/no/such/file"),
        Map.entry("header.Authorization", "x"),
        Map.entry("endpoints", "embeddings"),
        Map.entry("connect-timeout", "soon"),
        Map.entry("total-timeout", "0s"),
        Map.entry("max-response-bytes", "1"),
        Map.entry("longest-pause", "-5s"),
        Map.entry("metrics", "all"),
        Map.entry("metrics-url", "nowhere"),
        Map.entry("metrics-interval", "1ms"),
        Map.entry("metrics-stale-after", "1ms"));
  }

  @Test
  void takesEveryOptionOfTheOpenAiEngine() {
    OpenAiConfig config =
        OpenAiEngineProvider.config(
            options(
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
}
