package io.penstock.workers.engine;

import io.penstock.workers.engine.embedding.EmbeddingConfig;
import io.penstock.workers.engine.embedding.EmbeddingEngine;
import io.penstock.workers.engine.openai.ApiKey;
import io.penstock.workers.engine.openai.OpenAiConfig;
import io.penstock.workers.engine.openai.OpenAiEngine;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.Faults;
import io.penstock.workers.engine.simulated.GpuProfiles;
import io.penstock.workers.engine.simulated.SimulatedConfig;
import io.penstock.workers.engine.simulated.SimulatedEngine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds an engine from {@link EngineSettings}. Durations are written {@code 250ms}, {@code 5s},
 * {@code 10m}. Options by kind:
 *
 * <ul>
 *   <li>{@code embedding}: threads, max-inputs, max-input-characters
 *   <li>{@code openai}: base-url (needed), api-key-env or api-key-file, connect-timeout,
 *       total-timeout, served-name.MODEL, served-name.MODEL#VARIANT, header.NAME, endpoints
 *       (comma-separated), max-response-bytes, longest-pause, metrics (none or vllm), metrics-url,
 *       metrics-interval, metrics-stale-after
 *   <li>{@code simulated}: profile (default llama3.1-8b_a100tp2), profiles-file, speed, speed-up,
 *       chunk-tokens, kv-policy (grow or reserve), start-up, failure-probability, seed, dimensions
 * </ul>
 */
public final class EngineFactory {

  private static final String DEFAULT_PROFILE = "llama3.1-8b_a100tp2";

  private EngineFactory() {}

  /**
   * Builds and starts the engine.
   *
   * @throws IllegalArgumentException if a setting is wrong; the message names it and what is
   *     allowed
   */
  public static Engine create(EngineSettings settings, InstantSource clock) {
    var options = new EngineOptions(settings);
    return switch (settings.kind()) {
      case "embedding" -> new EmbeddingEngine(embedding(options), clock);
      case "openai" -> new OpenAiEngine(openAi(options), clock);
      case "simulated" -> new SimulatedEngine(simulated(options), clock);
      default ->
          throw new IllegalArgumentException(
              "there is no engine of kind '"
                  + settings.kind()
                  + "'; there are embedding, openai and simulated");
    };
  }

  static EmbeddingConfig embedding(EngineOptions options) {
    EmbeddingConfig defaults = EmbeddingConfig.defaults();
    int threads = options.take("threads", defaults.threads());
    int maxInputs = options.take("max-inputs", defaults.maxInputs());
    int maxCharacters = options.take("max-input-characters", defaults.maxInputCharacters());
    options.end();
    return new EmbeddingConfig(threads, maxInputs, maxCharacters);
  }

  static OpenAiConfig openAi(EngineOptions options) {
    URI baseUrl =
        options
            .uri("base-url")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "engine openai needs option base-url, such as http://127.0.0.1:8000"));
    OpenAiConfig defaults = OpenAiConfig.of(baseUrl);
    var config =
        new OpenAiConfig(
            baseUrl,
            apiKey(options),
            options.take("connect-timeout", defaults.connectTimeout()),
            options.take("total-timeout", defaults.totalTimeout()),
            options.family("served-name"),
            options.family("header"),
            options.parse("endpoints", EngineFactory::names).orElse(defaults.endpoints()),
            options.take("max-response-bytes", defaults.maxResponseBytes()),
            options.take("longest-pause", defaults.longestPause()),
            metrics(options, baseUrl));
    options.end();
    return config;
  }

  private static ApiKey apiKey(EngineOptions options) {
    Optional<String> variable = options.text("api-key-env");
    Optional<Path> file = options.path("api-key-file");
    if (variable.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException(
          "engine openai: give api-key-env or api-key-file, not both");
    }
    return variable
        .<ApiKey>map(ApiKey.FromEnvironment::new)
        .or(() -> file.map(ApiKey.FromFile::new))
        .orElseGet(ApiKey.None::new);
  }

  private static Optional<OpenAiConfig.Metrics> metrics(EngineOptions options, URI baseUrl) {
    String kind = options.text("metrics").orElse("none");
    Optional<URI> url = options.uri("metrics-url");
    OpenAiConfig.Metrics defaults = OpenAiConfig.Metrics.of(url.orElse(baseUrl));
    var metrics =
        new OpenAiConfig.Metrics(
            url.orElse(defaults.url()),
            options.take("metrics-interval", defaults.interval()),
            options.take("metrics-stale-after", defaults.staleAfter()));
    return switch (kind) {
      case "vllm" -> Optional.of(metrics);
      case "none" -> {
        if (!metrics.equals(defaults) || url.isPresent()) {
          throw new IllegalArgumentException(
              "engine openai: metrics-... options need metrics=vllm");
        }
        yield Optional.empty();
      }
      default ->
          throw new IllegalArgumentException(
              "engine openai: option metrics=" + kind + ": must be none or vllm");
    };
  }

  static SimulatedConfig simulated(EngineOptions options) {
    GpuProfiles profiles =
        options.path("profiles-file").map(EngineFactory::read).orElseGet(GpuProfiles::builtIn);
    BatchingSettings defaults = BatchingSettings.DEFAULTS;
    long seed = options.parse("seed", Long::parseLong).orElse(0L);
    double failures = options.take("failure-probability", 0.0);
    var batching =
        new BatchingSettings(
            options.take("chunk-tokens", defaults.chunkTokens()),
            options.oneOf("kv-policy", defaults.kvPolicy()),
            options.take("speed", defaults.speed()),
            options.take("start-up", defaults.startUp()),
            failures == 0 ? Faults.NONE : Faults.random(seed, failures));
    var config =
        new SimulatedConfig(
            profiles.named(options.text("profile").orElse(DEFAULT_PROFILE)),
            batching,
            options.take("speed-up", 1.0),
            options.take("dimensions", SimulatedConfig.DEFAULT_EMBEDDING_DIMENSIONS));
    options.end();
    return config;
  }

  private static GpuProfiles read(Path file) {
    try {
      return GpuProfiles.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Set<String> names(String list) {
    return Stream.of(list.split(",")).map(String::strip).collect(Collectors.toUnmodifiableSet());
  }
}
