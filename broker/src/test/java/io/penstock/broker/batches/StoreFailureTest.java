package io.penstock.broker.batches;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.blobs.FailingStore;
import io.penstock.broker.blobs.StoreUnavailableException;
import io.penstock.broker.http.Logged;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Calls that need the file store, while it fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StoreFailureTest {

  private static final Pattern ID = Pattern.compile("failure_[0-9a-f-]{36}");
  private static final String HANDLER = "io.penstock.broker.http.FailureHandler";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MESSAGES =
      """
      {"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,
       "messages":[{"role":"user","content":"Hi"}]}}]}\
      """;

  private final FailingStore store = new FailingStore();
  private final HttpClient http = HttpClient.newHttpClient();
  private OneInstance instance;
  private String file;
  private String batch;

  private record Call(String name, HttpRequest request) {}

  @BeforeAll
  void start() throws Exception {
    instance = new OneInstance(store);
    file = JSON.readTree(send(upload()).body()).path("id").textValue();
    String created = send(post("/v1/messages/batches", "application/json", MESSAGES)).body();
    batch = JSON.readTree(created).path("id").textValue();
    JsonNode shown = JSON.readTree(created);
    while (!shown.path("processing_status").asText().equals("ended")) {
      Thread.sleep(20);
      shown = JSON.readTree(send(get("/v1/messages/batches/" + batch)).body());
    }
  }

  @AfterAll
  void stop() {
    instance.close();
    http.close();
  }

  private List<Call> calls() {
    return List.of(
        new Call("upload", upload()),
        new Call("download", get("/v1/files/%s/content".formatted(file))),
        new Call("results", get("/v1/messages/batches/%s/results".formatted(batch))),
        new Call("messages", post("/v1/messages/batches", "application/json", MESSAGES)));
  }

  @Test
  void aStoreThatIsAwayIsTriedAgain() throws Exception {
    failing(() -> new StoreUnavailableException("no route to host"));
    try {
      for (Call each : calls()) {
        HttpResponse<String> answer = send(each.request());
        assertThat(answer.statusCode()).as("%s: %s", each.name(), answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("5");
        assertThat(answer.body()).doesNotContain("route");
      }
    } finally {
      store.fail(Optional.empty());
    }
    assertThat(send(calls().get(1).request()).statusCode()).isEqualTo(200);
  }

  @Test
  void aStoreThatFailsIsAFaultThatTheLogTellsOf() throws Exception {
    failing(() -> new IOException("no space left on device"));
    try (Logged log = new Logged(HANDLER)) {
      for (Call each : calls()) {
        log.clear();
        HttpResponse<String> answer = send(each.request());
        assertThat(answer.statusCode()).as("%s: %s", each.name(), answer.body()).isEqualTo(500);
        Matcher id = ID.matcher(answer.body());
        assertThat(id.find()).as("%s: %s", each.name(), answer.body()).isTrue();
        assertThat(log.errors()).singleElement().asString().contains(id.group());
        assertThat(answer.body()).doesNotContain("space");
      }
    } finally {
      store.fail(Optional.empty());
    }
  }

  @Test
  void aCallerThatHangsUpIsNotLoggedAsAFault() throws Exception {
    try (Logged log = new Logged(HANDLER)) {
      for (String path : List.of("/v1/files", "/v1/messages/batches")) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri("/").getPort())) {
          String type =
              path.equals("/v1/files") ? "multipart/form-data; boundary=limit" : "application/json";
          String head =
              "POST %s HTTP/1.1\r\nhost: a\r\ncontent-type: %s\r\ncontent-length: 1000000\r\n\r\n"
                  .formatted(path, type);
          String form =
              "--limit\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
          String begun = path.equals("/v1/files") ? form + "x".repeat(100_000) : "{\"requests\":[";
          socket.getOutputStream().write((head + begun).getBytes(StandardCharsets.UTF_8));
          socket.getOutputStream().flush();
          Thread.sleep(Duration.ofMillis(200));
        }
      }
      Thread.sleep(Duration.ofMillis(500));
      assertThat(send(get("/v1/files")).statusCode()).isEqualTo(200);
      assertThat(log.errors()).isEmpty();
    }
  }

  private void failing(Supplier<IOException> failure) {
    store.fail(Optional.of(failure));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, BodyHandlers.ofString());
  }

  private HttpRequest upload() {
    List<String> lines = new ArrayList<>();
    lines.add("--limit");
    lines.add("content-disposition: form-data; name=\"purpose\"");
    lines.add("");
    lines.add("batch");
    lines.add("--limit");
    lines.add("content-disposition: form-data; name=\"file\"; filename=\"in.jsonl\"");
    lines.add("");
    lines.add("{}");
    lines.add("--limit--");
    lines.add("");
    return post("/v1/files", "multipart/form-data; boundary=limit", String.join("\r\n", lines));
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(uri(path)).build();
  }

  private HttpRequest post(String path, String type, String body) {
    return HttpRequest.newBuilder(uri(path))
        .header("content-type", type)
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private URI uri(String path) {
    return URI.create(instance.url() + path);
  }
}
