package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.Headers;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.webhooks.WebhookVerificationParams;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.PenstockNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of two processes, of which one is killed before its events are delivered. */
@ExtendWith(PenstockFixture.class)
class WebhookIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER = "{\"object\":\"chat.completion\"}";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int REQUESTS = 8;

  @Test
  void everyEventArrivesThoughTheInstanceThatHasItIsKilled(PenstockNode node, @TempDir Path home)
      throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "webhooks.", 4);
        Receiver receiver = new Receiver();
        PenstockProcess one = front(node, cluster, home.resolve("one"));
        PenstockProcess two = front(node, cluster, home.resolve("two"))) {
      cluster.backend().on("m", call -> call.succeed(ANSWER));
      cluster.backend().on("slow", call -> call.pause(Duration.ofSeconds(5)).succeed(ANSWER));
      String first = one.awaitReady().path("http").asText();
      try (FrontCalls calls = new FrontCalls(first);
          FrontCalls other = new FrontCalls(two.awaitReady().path("http").asText())) {
        await().atMost(PATIENCE).until(() -> submit(calls, "m").statusCode() == 202);
        await().atMost(PATIENCE).until(() -> submit(other, "m").statusCode() == 202);
        HttpResponse<String> made =
            calls.post(
                "/v1/webhook_endpoints",
                "{\"name\":\"all\",\"url\":\"%s\",\"event_types\":[\"request.succeeded\",\"batch.completed\"]}"
                    .formatted(receiver.url()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        String endpoint = FrontCalls.json(made).path("id").asText();
        await()
            .atMost(PATIENCE)
            .until(() -> other.get("/v1/webhook_endpoints/" + endpoint).statusCode() == 200);
        List<String> subjects = new ArrayList<>();
        subjects.add(batch(first));
        for (int each = 0; each < REQUESTS; each++) {
          subjects.add(FrontCalls.id(submit(calls, "m")));
        }
        // The receiver has what has ended by now, and answers nothing.
        await().atMost(PATIENCE).until(() -> receiver.hanging().containsAll(subjects));
        // These end while nobody has their home.
        for (int each = 0; each < REQUESTS; each++) {
          subjects.add(FrontCalls.id(submit(calls, "slow", "penstock-webhook", endpoint)));
        }

        one.kill();
        receiver.answer();

        await().atMost(PATIENCE).until(() -> receiver.taken().containsAll(subjects));
        receiver.assertEachHasOneId();
        receiver.assertSignedWith(FrontCalls.json(made).path("signing_secret").asText());
      }
    }
  }

  private static PenstockProcess front(PenstockNode node, FrontCluster cluster, Path home)
      throws Exception {
    return KilledFrontIT.front(
        node, cluster, home, "--set", "http.webhooks.allowedNetworks=[127.0.0.0/8]");
  }

  private static HttpResponse<String> submit(FrontCalls calls, String model, String... headers)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("penstock-endpoint", CHAT));
    all.addAll(List.of(headers));
    return calls.post(
        "/v1/requests",
        "{\"model\":\"%s\",\"messages\":[]}".formatted(model),
        all.toArray(String[]::new));
  }

  private static String batch(String url) {
    OpenAIClient client = client(url);
    try {
      String line =
          "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"m\"}}\n"
              .formatted(CHAT);
      String file =
          client
              .files()
              .create(
                  FileCreateParams.builder()
                      .purpose(FilePurpose.BATCH)
                      .file(
                          MultipartField.<InputStream>builder()
                              .value(new ByteArrayInputStream(line.getBytes(UTF_8)))
                              .filename("requests.jsonl")
                              .build())
                      .build())
              .id();
      return client
          .batches()
          .create(
              BatchCreateParams.builder()
                  .inputFileId(file)
                  .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                  .completionWindow(BatchCreateParams.CompletionWindow._24H)
                  .build())
          .id();
    } finally {
      client.close();
    }
  }

  private static OpenAIClient client(String url) {
    return OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("unused").build();
  }

  /** Lets callers hang until it is told to answer. */
  private static final class Receiver implements AutoCloseable {

    private record Event(String id, String subject, Headers headers, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private volatile boolean answers;

    Receiver() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
      server.setExecutor(threads);
      server.createContext("/", this::handle);
      server.start();
    }

    String url() {
      return "http://127.0.0.1:%d/hooks".formatted(server.getAddress().getPort());
    }

    Set<String> hanging() {
      return hanging;
    }

    Set<String> taken() {
      return taken;
    }

    void answer() {
      answers = true;
    }

    private void handle(HttpExchange exchange) throws IOException {
      try (exchange) {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String subject = FrontCalls.JSON.readTree(body).at("/data/id").asText();
        Headers.Builder headers = Headers.builder();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values));
        events.add(
            new Event(
                exchange.getRequestHeaders().getFirst("webhook-id"),
                subject,
                headers.build(),
                body));
        if (!answers) {
          hanging.add(subject);
          end.await();
          return;
        }
        exchange.sendResponseHeaders(204, -1);
        taken.add(subject);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    void assertEachHasOneId() {
      Map<String, String> ids = new HashMap<>();
      for (Event each : events) {
        String before = ids.putIfAbsent(each.subject, each.id);
        assertThat(before == null ? each.id : before).as(each.subject).isEqualTo(each.id);
      }
      assertThat(Set.copyOf(ids.values())).hasSameSizeAs(ids.values());
    }

    void assertSignedWith(String secret) {
      OpenAIClient client = client("http://127.0.0.1:1");
      try {
        for (Event each : events) {
          client
              .webhooks()
              .verifySignature(
                  WebhookVerificationParams.builder()
                      .payload(each.body)
                      .headers(each.headers)
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
}
