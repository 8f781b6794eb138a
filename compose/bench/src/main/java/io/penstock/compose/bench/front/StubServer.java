package io.penstock.compose.bench.front;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands in for an engine with OpenAI's chat completions: it answers at once, and streams at a
 * fixed pace. What a call takes beyond that is its way.
 */
final class StubServer implements AutoCloseable {

  private static final String WHOLE =
      "{\"id\":\"chatcmpl-stub\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"stub\","
          + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"word\"},"
          + "\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":1,\"total_tokens\":9}}";

  /** A body that asks for a paced stream has this; the worker streams from the engine anyway. */
  static final String PACED = "\"user\":\"paced\"";

  private final int tokens;
  private final Duration gap;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param tokens chunks of a paced stream
   * @param gap between two of them
   */
  StubServer(int tokens, Duration gap) throws IOException {
    this.tokens = tokens;
    this.gap = gap;
    // The JDK's server waits for acknowledgements otherwise, up to 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.createContext("/v1/chat/completions", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  URI address() {
    return URI.create("http://%s:%d".formatted(LoopbackPorts.HOST, server.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (body.contains("\"stream\":true")) {
        stream(exchange, body.contains(PACED));
      } else {
        byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", "application/json");
        exchange.sendResponseHeaders(200, whole.length);
        exchange.getResponseBody().write(whole);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void stream(HttpExchange exchange, boolean paced)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().add("content-type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    int count = paced ? tokens : 1;
    for (int token = 0; token < count; token++) {
      if (paced && token > 0) {
        Thread.sleep(gap);
      }
      send(out, chunk("{\"content\":\"w" + token + " \"},\"finish_reason\":null", ""));
    }
    send(
        out,
        chunk(
            "{},\"finish_reason\":\"stop\"",
            ",\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":%d,\"total_tokens\":%d}"
                .formatted(count, 8 + count)));
    send(out, "[DONE]");
  }

  private static String chunk(String delta, String usage) {
    return "{\"id\":\"chatcmpl-stub\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"stub\","
               + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + "}]"
        + usage
        + "}";
  }

  private static void send(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
