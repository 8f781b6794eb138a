package io.penstock.workers.engine.openai;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Provides {@link OpenAiEngine} under the name {@code openai}. */
public final class OpenAiEngineProvider implements EngineProvider {

  private static final String BASE_URL = "base-url";
  private static final String API_KEY_ENV = "api-key-env";
  private static final String API_KEY_FILE = "api-key-file";
  private static final String SERVED_NAME = "served-name.MODEL";
  private static final String HEADER = "header.NAME";
  private static final String ENDPOINTS = "endpoints";
  private static final String CONNECT_TIMEOUT = "connect-timeout";
  private static final String TOTAL_TIMEOUT = "total-timeout";
  private static final String MAX_RESPONSE_BYTES = "max-response-bytes";
  private static final String LONGEST_PAUSE = "longest-pause";
  private static final String METRICS = "metrics";
  private static final String METRICS_URL = "metrics-url";
  private static final String METRICS_INTERVAL = "metrics-interval";
  private static final String METRICS_STALE_AFTER = "metrics-stale-after";

  private enum MetricsKind {
    NONE,
    VLLM
  }

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public List<EngineOption> options() {
    return List.of(
        new EngineOption(BASE_URL, "Where the server's API begins. Required."),
        new EngineOption(API_KEY_ENV, "The environment variable that holds the API key."),
        new EngineOption(API_KEY_FILE, "The file that holds the API key."),
        new EngineOption(
            SERVED_NAME,
            "The server's name of a model, or of MODEL#VARIANT. Default: the registry's name."),
        new EngineOption(HEADER, "An HTTP header to send with each call."),
        new EngineOption(
            ENDPOINTS, "The OpenAI paths that the server serves, with commas. Default: all."),
        new EngineOption(CONNECT_TIMEOUT, "The longest wait for a connection. Default: 5s."),
        new EngineOption(TOTAL_TIMEOUT, "The longest wait for a whole answer. Default: 10m."),
        new EngineOption(
            MAX_RESPONSE_BYTES, "The largest answer to accept, 1024 or more. Default: 16777216."),
        new EngineOption(
            LONGEST_PAUSE, "The longest pause that the server may ask for. Default: 10m."),
        new EngineOption(METRICS, "Whose metrics tell the load: none or vllm. Default: none."),
        new EngineOption(METRICS_URL, "Where the metrics are. Default: /metrics of the server."),
        new EngineOption(METRICS_INTERVAL, "The time between two reads. Default: 1s."),
        new EngineOption(
            METRICS_STALE_AFTER, "The age from which metrics are not used. Default: 5s."));
  }

  @Override
  public Engine create(Options options, InstantSource clock) {
    return new OpenAiEngine(config(options), clock);
  }

  static OpenAiConfig config(Options options) {
    URI baseUrl =
        options
            .uri(BASE_URL)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "engine openai needs option base-url, such as http://127.0.0.1:8000"));
    OpenAiConfig defaults = OpenAiConfig.of(baseUrl);
    return new OpenAiConfig(
        baseUrl,
        apiKey(options),
        options.take(CONNECT_TIMEOUT, defaults.connectTimeout()),
        options.take(TOTAL_TIMEOUT, defaults.totalTimeout()),
        options.family(SERVED_NAME),
        options.family(HEADER),
        options.parse(ENDPOINTS, OpenAiEngineProvider::names).orElse(defaults.endpoints()),
        options.take(MAX_RESPONSE_BYTES, defaults.maxResponseBytes()),
        options.take(LONGEST_PAUSE, defaults.longestPause()),
        metrics(options, baseUrl));
  }

  private static ApiKey apiKey(Options options) {
    Optional<String> variable = options.text(API_KEY_ENV);
    Optional<Path> file = options.path(API_KEY_FILE);
    if (variable.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException("give api-key-env or api-key-file, not both");
    }
    return variable
        .<ApiKey>map(ApiKey.FromEnvironment::new)
        .or(() -> file.map(ApiKey.FromFile::new))
        .orElseGet(ApiKey.None::new);
  }

  private static Optional<OpenAiConfig.Metrics> metrics(Options options, URI baseUrl) {
    Optional<URI> url = options.uri(METRICS_URL);
    OpenAiConfig.Metrics defaults = OpenAiConfig.Metrics.of(url.orElse(baseUrl));
    var metrics =
        new OpenAiConfig.Metrics(
            url.orElse(defaults.url()),
            options.take(METRICS_INTERVAL, defaults.interval()),
            options.take(METRICS_STALE_AFTER, defaults.staleAfter()));
    return switch (options.oneOf(METRICS, MetricsKind.NONE)) {
      case VLLM -> Optional.of(metrics);
      case NONE -> {
        if (!metrics.equals(defaults) || url.isPresent()) {
          throw new IllegalArgumentException("the metrics-... options need metrics=vllm");
        }
        yield Optional.empty();
      }
    };
  }

  private static Set<String> names(String list) {
    return Stream.of(list.split(",")).map(String::strip).collect(Collectors.toUnmodifiableSet());
  }
}
