package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.HttpFront;
import io.penstock.broker.settings.KeySettings;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.RequestState;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Keys, limits, and that no tenant sees another's requests, at two instances. */
@ExtendWith(PenstockFixture.class)
class TenantsIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER = "{\"object\":\"chat.completion\"}";
  private static final String ADMIN = "an-admin-secret-of-32-characters";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static FrontCluster cluster;
  private static FrontCalls http;
  private static FrontCalls other;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    cluster = new FrontCluster(node, "tenants-it.", 4);
    cluster.backend().on("m", call -> call.succeed(ANSWER));
    cluster.backend().on("waits", call -> call.status(RequestState.WAITING));
    KeySettings keys = new KeySettings(true, Optional.of(ADMIN));
    HttpFront one = cluster.start(FrontCluster.settings().withKeys(keys));
    HttpFront two = cluster.start(FrontCluster.settings().withKeys(keys));
    http = new FrontCalls(one.url());
    other = new FrontCalls(two.url());
  }

  @AfterAll
  static void stop() throws Exception {
    http.close();
    other.close();
    cluster.close();
  }

  @Test
  void aKeyIsShownOnceWorksEverywhereAndCanBeRevoked() throws Exception {
    HttpResponse<String> made = create("{\"tenant\":\"red\",\"name\":\"first\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String id = FrontCalls.json(made).path("id").asText();
    String key = FrontCalls.json(made).path("key").asText();
    assertThat(key).startsWith("sk-penstock-").hasSizeGreaterThan(50);

    await().atMost(PATIENCE).until(() -> call(other, key, "m").statusCode() == 200);
    assertThat(call(http, key, "m").statusCode()).isEqualTo(200);
    assertThat(cluster.backend().seen("m").getLast().getTenant()).isEqualTo("red");
    JsonNode shown = FrontCalls.json(admin().get("/admin/keys/" + id, auth(ADMIN)));
    assertThat(shown.has("key")).isFalse();
    assertThat(shown.path("last_used_at").isTextual()).isTrue();
    assertThat(admin().get("/admin/keys", auth(ADMIN)).body()).contains(id).doesNotContain(key);

    assertThat(other.delete("/admin/keys/" + id, auth(ADMIN)).statusCode()).isEqualTo(204);
    for (FrontCalls each : List.of(http, other)) {
      await().atMost(PATIENCE).until(() -> call(each, key, "m").statusCode() == 401);
    }
  }

  @Test
  void nothingIsServedWithoutAValidKey() throws Exception {
    for (String path : List.of("/v1/models", "/v1/requests/x", "/v1/requests/x/result")) {
      HttpResponse<String> refused = http.get(path);
      assertThat(refused.statusCode()).as(path).isEqualTo(401);
      assertThat(FrontCalls.code(refused)).isEqualTo("invalid_api_key");
    }
    assertThat(call(http, "sk-penstock-guess", "m").statusCode()).isEqualTo(401);
    assertThat(call(http, ADMIN, "m").statusCode()).isEqualTo(401);
    assertThat(http.get("/health/live").statusCode()).isEqualTo(200);
    HttpResponse<String> noAdmin = http.get("/admin/keys", auth(key("red", "")));
    assertThat(noAdmin.statusCode()).isEqualTo(401);
    assertThat(noAdmin.headers().firstValue("content-type")).contains("application/problem+json");
  }

  @Test
  void anotherTenantsRequestLooksAsIfThereWereNone() throws Exception {
    String mine = key("blue", "");
    String theirs = key("green", "");
    HttpResponse<String> submitted =
        http.post(
            "/v1/requests",
            chat("waits"),
            "authorization",
            "Bearer " + mine,
            "penstock-endpoint",
            CHAT);
    String id = FrontCalls.json(submitted).path("id").asText();

    for (FrontCalls each : List.of(http, other)) {
      for (String path : List.of("", "/result", "/events")) {
        HttpResponse<String> refused = each.get("/v1/requests/" + id + path, auth(theirs));
        assertThat(refused.statusCode()).as(path).isEqualTo(404);
        assertThat(refused.body())
            .isEqualTo(each.get("/v1/requests/" + id + path, auth(theirs)).body());
      }
      assertThat(each.delete("/v1/requests/" + id, auth(theirs)).statusCode()).isEqualTo(404);
      assertThat(each.get("/v1/requests/" + id, auth(mine)).statusCode()).isEqualTo(200);
    }
    assertThat(FrontCalls.json(http.get("/v1/requests/" + id, auth(mine))).path("status").asText())
        .isEqualTo("waiting");
  }

  @Test
  void theTenantOfTheSameIdempotencyKeyMakesItAnotherRequest() throws Exception {
    String one = key("one", "");
    String two = key("two", "");
    String first = FrontCalls.id(idempotent(one));

    assertThat(FrontCalls.id(idempotent(two))).isNotEqualTo(first);
    assertThat(FrontCalls.id(idempotent(one))).isEqualTo(first);
  }

  @Test
  void aKeyHasACeilingAndLimits() throws Exception {
    String low = key("low", ",\"service_class\":\"batch\"");
    assertThat(FrontCalls.code(call(http, low, "m", "penstock-class", "interactive")))
        .isEqualTo("class_not_allowed");
    assertThat(call(http, low, "m").statusCode()).isEqualTo(200);
    HttpResponse<String> soon =
        http.post(
            "/v1/batches",
            "{\"input_file_id\":\"file-x\",\"endpoint\":\"%s\",\"completion_window\":\"1m\"}"
                .formatted(CHAT),
            auth(low));
    assertThat(FrontCalls.code(soon)).as(soon.body()).isEqualTo("class_not_allowed");

    String few = key("few", ",\"requests_per_minute\":4");
    HttpResponse<String> last = call(http, few, "m");
    assertThat(last.headers().firstValue("x-ratelimit-limit-requests")).isPresent();
    for (int call = 0; call < 4; call++) {
      last = call(http, few, "m");
    }
    assertThat(last.statusCode()).isEqualTo(429);
    assertThat(FrontCalls.code(last)).isEqualTo("rate_limit_exceeded");
    assertThat(last.headers().firstValueAsLong("retry-after").orElseThrow()).isPositive();

    assertThat(create("{\"name\":\"x\"}").body()).contains("tenant");
    assertThat(create("{\"tenant\":\"t\",\"colour\":1}").statusCode()).isEqualTo(400);
    assertThat(create("{\"tenant\":\"t\",\"expires_in\":\"soon\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void anExpiredKeyIsRefused() throws Exception {
    String key = key("brief", ",\"expires_in\":\"2s\"");
    assertThat(call(http, key, "m").statusCode()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> call(http, key, "m").statusCode() == 401);
  }

  private static HttpResponse<String> idempotent(String key) throws Exception {
    HttpResponse<String> answer = call(http, key, "m", "idempotency-key", "same");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static String key(String tenant, String more) throws Exception {
    HttpResponse<String> made = create("{\"tenant\":\"%s\"%s}".formatted(tenant, more));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String key = FrontCalls.json(made).path("key").asText();
    // The other instance hears of it within moments.
    await().atMost(PATIENCE).until(() -> other.get("/v1/models", auth(key)).statusCode() == 200);
    return key;
  }

  private static HttpResponse<String> create(String body) throws Exception {
    return admin().post("/admin/keys", body, auth(ADMIN));
  }

  private static FrontCalls admin() {
    return http;
  }

  private static HttpResponse<String> call(
      FrontCalls calls, String key, String model, String... headers) throws Exception {
    return calls.send(
        calls
            .request(CHAT, auth(key))
            .headers(headers.length == 0 ? new String[] {"x-none", "1"} : headers)
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(chat(model))));
  }

  private static String[] auth(String key) {
    return new String[] {"authorization", "Bearer " + key};
  }

  private static String chat(String model) {
    return "{\"model\":\"%s\",\"messages\":[]}".formatted(model);
  }
}
