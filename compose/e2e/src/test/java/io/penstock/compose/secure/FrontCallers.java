package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Those who come over HTTP: a tenant, and an operator of the front. */
final class FrontCallers implements AutoCloseable {

  static final String SECRET = "the-password-of-the-operators-of-the-front";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT =
      "{\"model\":\"m\",%s\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private static final String MODEL =
      """
      {"endpoints": ["/v1/chat/completions"], "contextWindow": 4096, "maxOutputTokens": 512}
      """;
  private static final String EXPERIMENT =
      """
      {"name": "one", "subject": "idle",
       "arms": [{"name": "a", "target": "idle#blue", "weight": 1},
                {"name": "b", "target": "idle#green", "weight": 1}]}
      """;

  private final String url;
  private final HttpClient client = HttpClient.newHttpClient();

  FrontCallers(String url) {
    this.url = url;
  }

  /** A tenant who has requests of every class served, and cancels one that nobody serves. */
  void tenant() throws Exception {
    assertThat(send(chat("\"stream\":true,")).body()).contains("[DONE]");
    String urgent = id(send(chat("\"service_tier\":\"priority\",")));
    batch(CHAT.formatted(""));
    send(post("/v1/feedback", "{\"request_id\":\"%s\",\"score\":0.8}".formatted(urgent)));
    String waiting =
        id(
            send(
                post(
                    "/v1/responses", "{\"model\":\"idle\",\"input\":\"hi\",\"background\":true}")));
    assertThat(send(request("/v1/requests/" + waiting).DELETE()).statusCode()).isEqualTo(202);
  }

  /** An operator who changes models and routing, and starts an experiment. */
  void operatorBefore() throws Exception {
    send(admin("/admin/models/new").PUT(BodyPublishers.ofString(MODEL)));
    send(admin("/admin/routing/alias/usual").PUT(BodyPublishers.ofString("{\"models\":[\"m\"]}")));
    send(admin("/admin/experiments").POST(BodyPublishers.ofString(EXPERIMENT)));
  }

  /** The same, who looks at what others have done since, and drains the worker. */
  void operatorAfter() throws Exception {
    send(admin("/admin/dead-letters").GET());
    send(admin("/admin/experiments/one/report").GET());
    String worker =
        JSON.readTree(send(admin("/admin/workers").GET()).body()).at("/data/0/id").asText();
    send(admin("/admin/workers/%s/drain".formatted(worker)).POST(BodyPublishers.noBody()));
  }

  private void batch(String body) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines.append(
          "{\"custom_id\":\"c%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
              .formatted(i, body));
    }
    String form =
        "--b\r\n"
            + "Content-Disposition: form-data; name=\"purpose\"\r\n\r\n"
            + "batch\r\n"
            + "--b\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n"
            + lines
            + "\r\n--b--\r\n";
    String file =
        JSON.readTree(
                send(request("/v1/files")
                        .header("content-type", "multipart/form-data; boundary=b")
                        .POST(BodyPublishers.ofString(form)))
                    .body())
            .get("id")
            .asText();
    String batch =
        JSON.readTree(
                send(post(
                        "/v1/batches",
                        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
                            .formatted(file)))
                    .body())
            .get("id")
            .asText();
    await()
        .atMost(SecureUsers.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(send(request("/v1/batches/" + batch).GET()).body())
                    .contains("\"status\":\"completed\"")
                    .contains("\"completed\":20"));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).timeout(SecureUsers.PATIENCE);
  }

  private HttpRequest.Builder admin(String path) {
    return request(path).header("authorization", "Bearer " + SECRET);
  }

  private HttpRequest.Builder post(String path, String body) {
    return request(path)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder chat(String more) {
    return post("/v1/chat/completions", CHAT.formatted(more));
  }

  private static String id(HttpResponse<String> answer) {
    return answer.headers().firstValue("penstock-request-id").orElseThrow();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s: %s", answer.uri(), answer.body()).isBetween(200, 299);
    return answer;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
