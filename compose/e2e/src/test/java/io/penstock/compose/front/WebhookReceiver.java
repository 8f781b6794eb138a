package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.Headers;
import com.openai.models.webhooks.WebhookVerificationParams;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A receiver of webhooks that takes an event, or fails in one of several ways. */
final class WebhookReceiver implements AutoCloseable {

  /** What it does with a call. */
  enum Answer {
    TAKE,
    /** It says 500. */
    REFUSE,
    /** It never answers. */
    HANG,
    /** It closes the connection without an answer. */
    CUT
  }

  /**
   * A call.
   *
   * @param id of the event
   * @param type of the event
   * @param subject the id of what the event tells of
   */
  record Event(String id, String type, String subject, Headers headers, String body) {}

  private final Function<Event, Answer> answers;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final Collection<Event> events = new ConcurrentLinkedQueue<>();

  /**
   * @param answers decides on each call; called by many threads
   */
  WebhookReceiver(Function<Event, Answer> answers) throws IOException {
    this.answers = answers;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%d/hooks".formatted(server.getAddress().getPort());
  }

  /** The subjects of the events that it did not take at some time. */
  Set<String> refused() {
    return refused;
  }

  /** The subjects of the events that it took. */
  Set<String> taken() {
    return taken;
  }

  /** Every call so far. */
  List<Event> events() {
    return List.copyOf(events);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Event event = read(exchange);
      events.add(event);
      Answer answer = answers.apply(event);
      if (answer != Answer.TAKE) {
        refused.add(event.subject());
      }
      switch (answer) {
        case TAKE -> {
          exchange.sendResponseHeaders(204, -1);
          taken.add(event.subject());
        }
        case REFUSE -> exchange.sendResponseHeaders(500, -1);
        case HANG -> end.await();
        case CUT -> {}
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static Event read(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    JsonNode json = FrontCalls.JSON.readTree(body);
    Headers.Builder headers = Headers.builder();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values));
    return new Event(
        exchange.getRequestHeaders().getFirst("webhook-id"),
        json.path("type").asText(),
        json.at("/data/id").asText(),
        headers.build(),
        body);
  }

  /** Asserts that the event of a subject has one id, however often it came, and no other has it. */
  void assertEachHasOneId() {
    Map<String, String> ids = new HashMap<>();
    for (Event each : events) {
      String before = ids.putIfAbsent(each.subject(), each.id());
      assertThat(before == null ? each.id() : before).as(each.subject()).isEqualTo(each.id());
    }
    assertThat(Set.copyOf(ids.values())).hasSameSizeAs(ids.values());
  }

  void assertSignedWith(String secret) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl("http://127.0.0.1:1/v1").apiKey("unused").build();
    try {
      for (Event each : events) {
        client
            .webhooks()
            .verifySignature(
                WebhookVerificationParams.builder()
                    .payload(each.body())
                    .headers(each.headers())
                    .secret(secret)
                    .build());
      }
    } finally {
      client.close();
    }
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
