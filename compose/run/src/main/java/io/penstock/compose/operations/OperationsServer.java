package io.penstock.compose.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.compose.kafka.LoopbackPorts;
import io.penstock.compose.kafka.PortInUseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Health and metrics over HTTP, for probes and Prometheus: {@code /health/live}, {@code
 * /health/ready} and {@code /metrics}.
 */
public final class OperationsServer implements AutoCloseable {

  private static final String JSON = "application/json";
  private static final String METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final JsonMapper MAPPER = new JsonMapper();

  /** An answer to one call. */
  private record Answer(int status, String contentType, String body) {}

  private final String host;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PrometheusMeterRegistry metrics;
  private final List<HealthCheck> ready;
  private final List<HealthCheck> live;

  /**
   * Binds and serves at once.
   *
   * @param host the address to listen on
   * @param port 1 to 65535, or 0 for a free one
   * @param ready whether each part does its work
   * @param live whether each part is alive; where one is not, the process has to be replaced
   * @throws PortInUseException if it is taken
   */
  public OperationsServer(
      String host,
      int port,
      PrometheusMeterRegistry metrics,
      List<HealthCheck> ready,
      List<HealthCheck> live) {
    this.host = host;
    this.metrics = metrics;
    this.ready = List.copyOf(ready);
    this.live = List.copyOf(live);
    this.ready.forEach(this::show);
    int chosen = LoopbackPorts.choose(port, "--operations-port");
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), chosen), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot serve health and metrics on %s, port %d: %s; set operations.host to an address of this machine, and operations.port to a free port"
              .formatted(host, chosen, e.getMessage()),
          e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** So that an alert can be raised where only metrics are gathered. */
  private void show(HealthCheck check) {
    Gauge.builder("penstock.ready", check, each -> HealthReport.isUp(each) ? 1 : 0)
        .description("1 while this does its work; /health/ready says what is wrong with it")
        .tag("check", check.name())
        .strongReference(true)
        .register(metrics);
  }

  /** Its base address, on loopback where it listens on all addresses. */
  public String url() {
    InetSocketAddress bound = server.getAddress();
    String reached = bound.getAddress().isAnyLocalAddress() ? LoopbackPorts.HOST : host;
    return "http://%s:%d"
        .formatted(reached.contains(":") ? "[" + reached + "]" : reached, bound.getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(answer.status(), -1);
      } else {
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answer(String method, String path) throws IOException {
    if (!Set.of("GET", "HEAD").contains(method)) {
      return new Answer(405, JSON, "{\"error\":\"only GET and HEAD are served here\"}");
    }
    return switch (path) {
      case "/health/live" -> report(live);
      case "/health/ready" -> report(ready);
      case "/metrics" -> new Answer(200, METRICS_TEXT, metrics.scrape());
      default ->
          new Answer(
              404, JSON, "{\"error\":\"served here: /health/live, /health/ready, /metrics\"}");
    };
  }

  private static Answer report(List<HealthCheck> checks) throws JsonProcessingException {
    HealthReport report = HealthReport.of(checks);
    return new Answer(
        report.status() == HealthReport.Status.UP ? 200 : 503,
        JSON,
        MAPPER.writeValueAsString(report));
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
