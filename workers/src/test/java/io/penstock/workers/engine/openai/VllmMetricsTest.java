package io.penstock.workers.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VllmMetricsTest {

  private static final String COUNTS =
      """
      # HELP vllm:num_requests_running Number of requests in model execution batches.
      # TYPE vllm:num_requests_running gauge
      vllm:num_requests_running{engine="0",model_name="meta-llama/Llama-3.1-8B"} 5.0
      vllm:num_requests_waiting{engine="0",model_name="meta-llama/Llama-3.1-8B"} 2.0
      """;

  private static final String CACHE =
      """
      vllm:kv_cache_usage_perc{engine="0",model_name="meta-llama/Llama-3.1-8B"} 0.25
      vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",num_gpu_blocks="1000",num_gpu_blocks_override="None"} 1.0
      """;

  @Test
  void readsCountsAndFreeCache() {
    VllmMetrics metrics = VllmMetrics.parse(COUNTS + CACHE).orElseThrow();

    assertThat(metrics.running()).isEqualTo(5);
    assertThat(metrics.waiting()).isEqualTo(2);
    assertThat(metrics.freeKvTokens()).hasValue(12_000);
  }

  @Test
  void readsTheOlderNameOfTheCacheUsage() {
    String older = CACHE.replace("kv_cache_usage_perc", "gpu_cache_usage_perc");

    assertThat(VllmMetrics.parse(COUNTS + older).orElseThrow().freeKvTokens()).hasValue(12_000);
  }

  @Test
  void sumsTheEnginesOfADataParallelServer() {
    String second = (COUNTS + CACHE).replace("engine=\"0\"", "engine=\"1\"").replace("0.25", "0.5");
    VllmMetrics metrics = VllmMetrics.parse(COUNTS + CACHE + second).orElseThrow();

    assertThat(metrics.running()).isEqualTo(10);
    assertThat(metrics.freeKvTokens()).hasValue(20_000);
  }

  @Test
  void whatIsMissingIsNotZero() {
    assertThat(VllmMetrics.parse("")).isEmpty();
    assertThat(VllmMetrics.parse("<html>")).isEmpty();
    assertThat(VllmMetrics.parse(CACHE)).isEmpty();
    assertThat(VllmMetrics.parse("vllm:num_requests_running 1")).isEmpty();
    assertThat(VllmMetrics.parse(COUNTS).orElseThrow().freeKvTokens()).isEmpty();
    assertThat(VllmMetrics.parse(COUNTS.replace("5.0", "NaN"))).isEmpty();
    String unmeasured = CACHE.replace("num_gpu_blocks=\"1000\"", "num_gpu_blocks=\"None\"");
    assertThat(VllmMetrics.parse(COUNTS + unmeasured).orElseThrow().freeKvTokens()).isEmpty();
  }
}
