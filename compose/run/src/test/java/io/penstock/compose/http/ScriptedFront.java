package io.penstock.compose.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real HTTP server on loopback that answers what a test says, and notes what it was asked. */
public final class ScriptedFront implements AutoCloseable {

  /** A call as it came. */
  public record Seen(String method, String path, Map<String, String> headers, byte[] body) {

    public String text() {
      return new String(body, UTF_8);
    }

    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** Answers a call. */
  @FunctionalInterface
  public interface Script {
    void answer(HttpExchange exchange, Seen seen, int times) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Script> scripts = new HashMap<>();
  private final Map<String, AtomicInteger> times = new HashMap<>();
  private final List<Seen> seen = new ArrayList<>();

  public ScriptedFront() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers a method and path, without its query. */
  public ScriptedFront on(String call, Script script) {
    scripts.put(call, script);
    times.put(call, new AtomicInteger());
    return this;
  }

  /** Answers it with this JSON. */
  public ScriptedFront on(String call, int status, String json) {
    return on(call, (exchange, _, _) -> reply(exchange, status, json));
  }

  public synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, all) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), all.getFirst()));
    Seen call =
        new Seen(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            headers,
            exchange.getRequestBody().readAllBytes());
    synchronized (this) {
      seen.add(call);
    }
    String name = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    try (exchange) {
      Script script = scripts.get(name);
      if (script == null) {
        reply(exchange, 404, error("not_found", "No such thing as " + name + "."));
      } else {
        script.answer(exchange, call, times.get(name).incrementAndGet());
      }
    }
  }

  public static String error(String code, String message) {
    return "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"%s\",\"message\":\"%s\"}}"
        .formatted(code, message);
  }

  public static void reply(HttpExchange exchange, int status, String body, String... headers)
      throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
