package io.penstock.workers.engine.openai;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load that vLLM reports in its Prometheus metrics, summed over the engines of a data-parallel
 * server.
 *
 * @param running {@code vllm:num_requests_running}
 * @param waiting {@code vllm:num_requests_waiting}
 * @param freeKvTokens {@code num_gpu_blocks * block_size} of {@code vllm:cache_config_info}, times
 *     the unused share by {@code vllm:kv_cache_usage_perc} (0 to 1; called {@code
 *     vllm:gpu_cache_usage_perc} before version 0.10); empty where one is missing
 */
record VllmMetrics(int running, int waiting, OptionalLong freeKvTokens) {

  /** The sample line of the text format: name, labels, value; a time stamp may follow. */
  private static final Pattern SAMPLE =
      Pattern.compile("(vllm:[a-zA-Z0-9_:]+)(?:\\{(.*)\\})?\\s+(\\S+)(?:\\s+-?\\d+)?\\s*");

  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private record Sample(Map<String, String> labels, double value) {
    String engine() {
      return labels.getOrDefault("engine", "");
    }
  }

  /** Returns nothing unless both counts are there, since a missing count is not zero. */
  static Optional<VllmMetrics> parse(String text) {
    Map<String, List<Sample>> samples = samples(text);
    OptionalDouble running = sum(samples, "vllm:num_requests_running");
    OptionalDouble waiting = sum(samples, "vllm:num_requests_waiting");
    if (running.isEmpty() || waiting.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new VllmMetrics(
            (int) running.getAsDouble(), (int) waiting.getAsDouble(), freeKvTokens(samples)));
  }

  private static OptionalLong freeKvTokens(Map<String, List<Sample>> samples) {
    List<Sample> usages =
        samples.getOrDefault(
            "vllm:kv_cache_usage_perc",
            samples.getOrDefault("vllm:gpu_cache_usage_perc", List.of()));
    List<Sample> configs = samples.getOrDefault("vllm:cache_config_info", List.of());
    if (usages.isEmpty() || configs.isEmpty()) {
      return OptionalLong.empty();
    }
    double free = 0;
    for (Sample usage : usages) {
      OptionalLong capacity = capacity(usage.engine(), configs);
      if (capacity.isEmpty() || !(usage.value() >= 0 && usage.value() <= 1)) {
        return OptionalLong.empty();
      }
      free += capacity.getAsLong() * (1 - usage.value());
    }
    return OptionalLong.of((long) free);
  }

  /** The engine's own configuration, or the only one there is. */
  private static OptionalLong capacity(String engine, List<Sample> configs) {
    for (Sample config : configs) {
      if (configs.size() == 1 || config.engine().equals(engine)) {
        long blocks = whole(config.labels().get("num_gpu_blocks"));
        long size = whole(config.labels().get("block_size"));
        return blocks > 0 && size > 0 ? OptionalLong.of(blocks * size) : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  /** Some versions write {@code None} before the cache is measured: that is -1. */
  private static long whole(String label) {
    return label != null && label.matches("\\d{1,12}") ? Long.parseLong(label) : -1;
  }

  private static OptionalDouble sum(Map<String, List<Sample>> samples, String name) {
    List<Sample> found = samples.getOrDefault(name, List.of());
    double sum = found.stream().mapToDouble(Sample::value).sum();
    return found.isEmpty() || !(sum >= 0 && sum < Integer.MAX_VALUE)
        ? OptionalDouble.empty()
        : OptionalDouble.of(sum);
  }

  private static Map<String, List<Sample>> samples(String text) {
    Map<String, List<Sample>> samples = new HashMap<>();
    text.lines()
        .filter(line -> line.startsWith("vllm:"))
        .map(SAMPLE::matcher)
        .filter(Matcher::matches)
        .forEach(
            line ->
                samples
                    .computeIfAbsent(line.group(1), name -> new ArrayList<>())
                    .add(new Sample(labels(line.group(2)), number(line.group(3)))));
    return samples;
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return labels;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
