package io.penstock.workers.engine.openai;

import io.penstock.schemas.routing.Target;
import io.penstock.schemas.text.Printable;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAI-compatible server and how to talk to it.
 *
 * @param baseUrl where the API's paths begin, such as {@code http://127.0.0.1:8000} or {@code
 *     https://provider.example/api/v1}; a trailing {@code /v1} may be given or left out
 * @param apiKey where its key comes from
 * @param connectTimeout the longest wait for a connection
 * @param totalTimeout the longest wait for a whole answer; a nearer deadline shortens it
 * @param servedNames the server's name of a model by its name in the registry, where they differ;
 *     for one variant, by {@code MODEL#VARIANT}
 * @param headers sent with each call, such as {@code OpenAI-Organization}
 * @param endpoints the OpenAI paths the server serves
 * @param maxResponseBytes the largest answer accepted, 1 KiB or more
 * @param longestPause the longest that the server may ask to be left alone; what it asks beyond is
 *     not believed
 * @param metrics where its Prometheus metrics are, if it serves vLLM's
 */
public record OpenAiConfig(
    URI baseUrl,
    ApiKey apiKey,
    Duration connectTimeout,
    Duration totalTimeout,
    Map<String, String> servedNames,
    Map<String, String> headers,
    Set<String> endpoints,
    int maxResponseBytes,
    Duration longestPause,
    Optional<Metrics> metrics) {

  public static final Set<String> ALL_ENDPOINTS =
      Set.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings");

  private static final Set<String> OUR_HEADERS =
      Set.of("authorization", "content-type", "content-length", "host", "connection");

  /**
   * vLLM's metrics.
   *
   * @param url the full address
   * @param interval the time between two reads, 100 ms or more
   * @param staleAfter numbers older than this are not used; longer than the interval
   */
  public record Metrics(URI url, Duration interval, Duration staleAfter) {
    public Metrics {
      checkHttp("metrics-url", url);
      if (interval.toMillis() < 100) {
        throw new IllegalArgumentException(
            "metrics-interval must be 100 ms or more, but is " + interval);
      }
      if (staleAfter.compareTo(interval) <= 0) {
        throw new IllegalArgumentException(
            "metrics-stale-after must be longer than metrics-interval "
                + interval
                + ", but is "
                + staleAfter);
      }
    }

    /** {@code /metrics} of the server, read each second, stale after 5 s. */
    public static Metrics of(URI baseUrl) {
      return new Metrics(baseUrl.resolve("/metrics"), Duration.ofSeconds(1), Duration.ofSeconds(5));
    }
  }

  public OpenAiConfig {
    checkHttp("base-url", baseUrl);
    checkPositive("connect-timeout", connectTimeout);
    checkPositive("total-timeout", totalTimeout);
    servedNames = Map.copyOf(servedNames);
    headers = Map.copyOf(headers);
    endpoints = Set.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("endpoints: give at least one path");
    }
    for (String endpoint : endpoints) {
      if (!endpoint.startsWith("/v1/")) {
        throw new IllegalArgumentException(
            "endpoints: each begins with /v1/, but one is " + endpoint);
      }
    }
    headers.forEach(OpenAiConfig::checkHeader);
    checkPositive("longest-pause", longestPause);
    if (maxResponseBytes < 1024) {
      throw new IllegalArgumentException(
          "max-response-bytes must be 1024 or more, but is " + maxResponseBytes);
    }
  }

  /**
   * No key, 5 s to connect, 10 minutes in all, answers up to 16 MiB, pauses up to 10 minutes, no
   * metrics.
   */
  public static OpenAiConfig of(URI baseUrl) {
    return new OpenAiConfig(
        baseUrl,
        new ApiKey.None(),
        Duration.ofSeconds(5),
        Duration.ofMinutes(10),
        Map.of(),
        Map.of(),
        ALL_ENDPOINTS,
        16 << 20,
        Duration.ofMinutes(10),
        Optional.empty());
  }

  /** Names the headers only: their values may be keys. */
  @Override
  public String toString() {
    return "OpenAiConfig[%s, headers %s, endpoints %s]"
        .formatted(baseUrl, new TreeSet<>(headers.keySet()), endpoints);
  }

  /**
   * A header that cannot be sent would fail every request. The message leaves out its value, which
   * may be a key.
   */
  private static void checkHeader(String name, String value) {
    if (OUR_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("header: " + name + " is set by the engine itself");
    }
    try {
      HttpRequest.newBuilder().header(name, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "header: HTTP does not allow the name or the value of "
              + Printable.of(name, 100)
              + "; use visible ASCII on one line");
    }
  }

  /** The full address of an OpenAI path. */
  URI address(String endpoint) {
    String base = baseUrl.toString().replaceAll("/+$", "").replaceAll("/v1$", "");
    return URI.create(base + endpoint);
  }

  /** The server's name of a variant, or of its model if the variant has none. */
  String servedName(String model, @Nullable String variant) {
    String ofModel = servedNames.getOrDefault(model, model);
    return variant == null
        ? ofModel
        : servedNames.getOrDefault(new Target(model, variant).toString(), ofModel);
  }

  private static void checkHttp(String what, URI address) {
    boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!http || address.getHost() == null || address.getUserInfo() != null) {
      throw new IllegalArgumentException(
          what + " must be http(s)://host[:port][/path] without credentials");
    }
    if (address.getQuery() != null || address.getFragment() != null) {
      throw new IllegalArgumentException(what + " must have no query and no fragment");
    }
  }

  private static void checkPositive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(what + " must be above 0, but is " + duration);
    }
  }
}
