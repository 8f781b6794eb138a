package io.penstock.workers.engine.openai;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server on a loopback port that does what a test says. */
final class ScriptedServer implements AutoCloseable {

  static final String ANSWER =
      "{\"object\":\"chat.completion\",\"model\":\"served\",\"choices\":[{\"index\":0}],\"usage\":"
          + "{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}";

  /** What the server does with one exchange. */
  @FunctionalInterface
  interface Script {
    void play(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** A request as the server saw it. */
  record Received(
      String path,
      String body,
      byte[] bytes,
      List<String> authorization,
      List<String> traceparent) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Script script = answering(200, ANSWER);
  private volatile Script metrics = answering(404, "");

  ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/", exchange -> play(exchange, true));
    server.createContext("/metrics", exchange -> play(exchange, false));
    server.setExecutor(threads);
    server.start();
  }

  static Script answering(int status, String body, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void play(Script next) {
    script = next;
  }

  void playMetrics(Script next) {
    metrics = next;
  }

  Received last() {
    return received.getLast();
  }

  int calls() {
    return received.size();
  }

  private void play(HttpExchange exchange, boolean api) throws IOException {
    try (exchange) {
      byte[] bytes = exchange.getRequestBody().readAllBytes();
      String body = new String(bytes, StandardCharsets.UTF_8);
      if (api) {
        received.add(
            new Received(
                exchange.getRequestURI().getPath(),
                body,
                bytes,
                exchange.getRequestHeaders().getOrDefault("Authorization", List.of()),
                exchange.getRequestHeaders().getOrDefault("Traceparent", List.of())));
      }
      (api ? script : metrics).play(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
