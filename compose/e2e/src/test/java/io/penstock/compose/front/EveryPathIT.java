package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.RequestState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tries every path that the OpenAPI document has: without a key, with the wrong one, and with
 * another tenant's. A new path is tried as well; if it names something, the test asks for a sample.
 */
@ExtendWith(PenstockFixture.class)
class EveryPathIT {

  private static final String ADMIN = "an-admin-secret-of-32-characters";
  private static final String CHAT = "/v1/chat/completions";
  private static final int GONE = 410;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What is named there belongs to no tenant. */
  private static final Set<String> SHARED = Set.of("/v1/models");

  /** An operation of the document. */
  private record Operation(String method, String path, JsonNode described) {

    boolean isOpen() {
      return described.path("security").isEmpty();
    }

    boolean isAdmin() {
      return path.startsWith("/admin/");
    }

    boolean isAnthropics() {
      return path.startsWith("/v1/messages/");
    }

    boolean namesSomething() {
      return path.contains("{");
    }

    /** The path of what the first parameter names one of, such as {@code /v1/files}. */
    String collection() {
      return path.substring(0, path.indexOf("/{"));
    }

    /** The path, with this id for each parameter. */
    String with(String id) {
      return path.replaceAll("\\{[^}]+}", id);
    }

    /** A valid body, as the document shows it. */
    Optional<String> body() {
      return Optional.of(described.at("/requestBody/content/application~1json/example"))
          .filter(example -> !example.isMissingNode())
          .map(JsonNode::toString);
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static FrontCluster cluster;
  private static List<FrontCalls> fronts;
  private static List<Operation> operations;
  private static String red;
  private static String blue;
  private static String operator;
  private static HttpServer receiver;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    cluster = new FrontCluster(node, "every-path-it.", 4);
    cluster.backend().on("waits", call -> call.status(RequestState.WAITING));
    cluster.backend().on("m", call -> call.succeed("{}"));
    HttpSettings settings =
        FrontCluster.settings()
            .withKeys(new KeySettings(true, Optional.of(ADMIN)))
            .withWebhooks(WebhookSettings.DEFAULT.withAllowedNetworks(List.of("127.0.0.0/8")));
    fronts =
        List.of(
            new FrontCalls(cluster.start(settings).url()),
            new FrontCalls(cluster.start(settings).url()));
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        call -> {
          call.sendResponseHeaders(GONE, -1);
          call.close();
        });
    receiver.start();
    operations = operations();
    red = key("{\"tenant\":\"red\"}");
    blue = key("{\"tenant\":\"blue\"}");
    operator = key("{\"role\":\"admin\"}");
  }

  @AfterAll
  static void stop() throws Exception {
    receiver.stop(0);
    fronts.forEach(FrontCalls::close);
    cluster.close();
  }

  @Test
  void nothingIsServedWithoutAKeyOrWithAWrongOne() throws Exception {
    List<String> wrong =
        List.of("", "sk-penstock-guess", altered(red), red.toUpperCase(Locale.ROOT));
    int tried = 0;
    for (Operation each : operations) {
      if (each.isOpen()) {
        continue;
      }
      List<String> keys = new ArrayList<>(wrong);
      keys.add(each.isAdmin() ? red : ADMIN);
      for (String key : keys) {
        HttpResponse<String> answer = call(fronts.getFirst(), each, each.with("x"), key);
        assertThat(answer.statusCode()).as("%s with '%s'", each, key).isEqualTo(401);
        assertThat(code(each, answer))
            .as(each.toString())
            .isEqualTo(each.isAnthropics() ? "authentication_error" : "invalid_api_key");
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(100);
  }

  @Test
  void aKeyOfAnOperatorOpensAdminAndNothingElse() throws Exception {
    for (Operation each : operations) {
      if (!each.isOpen() && !each.isAdmin()) {
        HttpResponse<String> answer = call(fronts.getFirst(), each, each.with("x"), operator);
        assertThat(answer.statusCode()).as(each.toString()).isEqualTo(403);
        if (!each.isAnthropics()) {
          assertThat(FrontCalls.code(answer)).as(each.toString()).isEqualTo("wrong_role");
        }
      } else if (each.isAdmin() && each.method().equals("GET")) {
        HttpResponse<String> answer = call(fronts.getFirst(), each, each.with("x"), operator);
        assertThat(answer.statusCode()).as(each.toString()).isIn(200, 404);
      }
    }
  }

  @Test
  void anotherTenantsThingsLookAsIfTheyNeverWere() throws Exception {
    Map<String, String> samples = samples();
    Set<String> tried = new TreeSet<>();
    for (Operation each : operations) {
      if (each.isOpen()
          || each.isAdmin()
          || !each.namesSomething()
          || SHARED.contains(each.collection())) {
        continue;
      }
      assertThat(samples)
          .as("%s names something: make a sample of it in samples()", each)
          .containsKey(each.collection());
      String theirs = samples.get(each.collection());
      String never = neverWas(theirs);
      for (FrontCalls front : fronts) {
        HttpResponse<String> asked = call(front, each, each.with(theirs), blue);
        HttpResponse<String> absent = call(front, each, each.with(never), blue);
        assertThat(asked.statusCode()).as("%s: %s", each, asked.body()).isEqualTo(404);
        assertThat(absent.statusCode()).as("%s: %s", each, absent.body()).isEqualTo(404);
        assertThat(asked.body().replace(theirs, "ID"))
            .as(each.toString())
            .isEqualTo(absent.body().replace(never, "ID"));
      }
      tried.add(each.collection());
    }
    assertThat(tried).isEqualTo(new TreeSet<>(samples.keySet()));

    // Nothing of it was deleted or cancelled.
    for (Operation each : operations) {
      String sample = samples.get(each.isOpen() || !each.namesSomething() ? "" : each.collection());
      if (sample != null
          && each.method().equals("GET")
          && each.path().equals(each.collection() + "/{id}")) {
        HttpResponse<String> mine = call(fronts.getFirst(), each, each.with(sample), red);
        assertThat(mine.statusCode()).as(mine.body()).isEqualTo(200);
        JsonNode shown = FrontCalls.json(mine);
        assertThat(shown.path("status").asText()).isNotIn("cancelled", "cancelling", "deleted");
        assertThat(shown.path("processing_status").asText()).isNotEqualTo("canceling");
      }
    }
  }

  @Test
  void listsHoldNothingOfAnotherTenant() throws Exception {
    Map<String, String> samples = samples();
    for (Operation each : operations) {
      if (each.isOpen()
          || each.isAdmin()
          || each.namesSomething()
          || !each.method().equals("GET")) {
        continue;
      }
      for (FrontCalls front : fronts) {
        String mine = front.get(each.path(), auth(red)).body();
        String theirs = front.get(each.path(), auth(blue)).body();
        for (String id : samples.values()) {
          assertThat(theirs).as(each.toString()).doesNotContain(id);
        }
        if (samples.containsKey(each.path())) {
          await()
              .atMost(PATIENCE)
              .until(
                  () ->
                      front.get(each.path(), auth(red)).body().contains(samples.get(each.path())));
        }
        assertThat(mine).as(each.toString()).contains("\"data\"");
      }
    }
  }

  @Test
  void aBatchCannotReadAnotherTenantsFile() throws Exception {
    String file = file();
    String body = "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"}";
    for (FrontCalls front : fronts) {
      HttpResponse<String> theirs =
          front.post("/v1/batches", body.formatted(file, CHAT), auth(blue));
      String never = neverWas(file);
      HttpResponse<String> absent =
          front.post("/v1/batches", body.formatted(never, CHAT), auth(blue));
      assertThat(theirs.statusCode()).as(theirs.body()).isBetween(400, 404);
      assertThat(theirs.statusCode()).isEqualTo(absent.statusCode());
      assertThat(theirs.body().replace(file, "ID")).isEqualTo(absent.body().replace(never, "ID"));
    }
  }

  @Test
  void whatAnOperatorNamesWronglyIsAProblemThatSaysSo() throws Exception {
    for (Operation each : operations) {
      // PUT makes what it names.
      if (each.isAdmin() && each.namesSomething() && !each.method().equals("PUT")) {
        HttpResponse<String> answer = call(fronts.getLast(), each, each.with("0-999"), ADMIN);
        assertThat(answer.statusCode()).as("%s: %s", each, answer.body()).isEqualTo(404);
        assertThat(answer.headers().firstValue("content-type"))
            .as(each.toString())
            .contains("application/problem+json");
        JsonNode problem = FrontCalls.json(answer);
        assertThat(problem.path("status").asInt()).isEqualTo(404);
        assertThat(problem.path("code").asText()).as(each.toString()).isEqualTo("not_found");
      }
    }
  }

  private static List<Operation> operations() throws Exception {
    JsonNode document = FrontCalls.json(fronts.getFirst().get("/openapi.json"));
    List<Operation> operations = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        each ->
                            operations.add(
                                new Operation(
                                    each.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    each.getValue()))));
    assertThat(operations).hasSizeGreaterThan(30);
    return operations;
  }

  /** Something of tenant red for each path whose things belong to a tenant, by that path. */
  private static Map<String, String> samples() throws Exception {
    Map<String, String> samples = new HashMap<>();
    samples.put("/v1/requests", request());
    samples.put("/v1/responses", response());
    String file = file();
    samples.put("/v1/files", file);
    samples.put("/v1/batches", batch(file));
    samples.put("/v1/messages/batches", messages());
    samples.put("/v1/webhook_endpoints", endpoint("[\"request.failed\"]"));
    samples.put("/v1/webhook_dead_letters", undelivered());
    return samples;
  }

  private static String request() throws Exception {
    HttpResponse<String> made =
        fronts
            .getFirst()
            .post(
                "/v1/requests",
                "{\"model\":\"waits\",\"messages\":[]}",
                "authorization",
                "Bearer " + red,
                "penstock-endpoint",
                CHAT);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
    return FrontCalls.json(made).path("id").asText();
  }

  private static String response() throws Exception {
    HttpResponse<String> made =
        fronts
            .getFirst()
            .post(
                "/v1/responses",
                "{\"model\":\"waits\",\"input\":\"Hi\",\"background\":true}",
                auth(red));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return FrontCalls.json(made).path("id").asText();
  }

  private static String file() throws Exception {
    String line =
        "{\"custom_id\":\"one\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"waits\",\"messages\":[]}}"
            .formatted(CHAT);
    HttpResponse<String> made = fronts.getFirst().upload(line, auth(red));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return FrontCalls.json(made).path("id").asText();
  }

  private static String batch(String file) throws Exception {
    HttpResponse<String> made = fronts.getFirst().batch(file, auth(red));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return FrontCalls.json(made).path("id").asText();
  }

  private static String messages() throws Exception {
    HttpResponse<String> made =
        fronts
            .getFirst()
            .post(
                "/v1/messages/batches",
                "{\"requests\":[{\"custom_id\":\"one\",\"params\":{\"model\":\"waits\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}}]}",
                auth(red));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return FrontCalls.json(made).path("id").asText();
  }

  private static String endpoint(String events) throws Exception {
    String body =
        "{\"name\":\"all\",\"url\":\"http://127.0.0.1:%d/\",\"event_types\":%s}"
            .formatted(receiver.getAddress().getPort(), events);
    HttpResponse<String> made = fronts.getFirst().post("/v1/webhook_endpoints", body, auth(red));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    return FrontCalls.json(made).path("id").asText();
  }

  /** The receiver is gone for good, so that the first event is dead. */
  private static String undelivered() throws Exception {
    String endpoint = endpoint("[\"request.succeeded\"]");
    String letters = "/v1/webhook_dead_letters?webhook_endpoint_id=" + endpoint;
    for (FrontCalls each : fronts) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> each.get("/v1/webhook_endpoints/" + endpoint, auth(red)).statusCode() == 200);
    }
    HttpResponse<String> answered =
        fronts
            .getFirst()
            .post(
                "/v1/requests",
                "{\"model\":\"m\",\"messages\":[]}",
                "authorization",
                "Bearer " + red,
                "penstock-endpoint",
                CHAT);
    assertThat(answered.statusCode()).as(answered.body()).isEqualTo(202);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !FrontCalls.json(fronts.getFirst().get(letters, auth(red))).path("data").isEmpty());
    return FrontCalls.json(fronts.getFirst().get(letters, auth(red))).at("/data/0/id").asText();
  }

  /** An id of the same form. */
  private static String neverWas(String id) {
    char last = id.charAt(id.length() - 1);
    return id.substring(0, id.length() - 1) + (last == '0' ? '1' : '0');
  }

  private static String altered(String key) {
    return neverWas(key);
  }

  private static String key(String body) throws Exception {
    HttpResponse<String> made = fronts.getFirst().post("/admin/keys", body, auth(ADMIN));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String key = FrontCalls.json(made).path("key").asText();
    await()
        .atMost(PATIENCE)
        .until(() -> fronts.getLast().get("/v1/models", auth(key)).statusCode() != 401);
    return key;
  }

  private static HttpResponse<String> call(
      FrontCalls front, Operation operation, String path, String key) throws Exception {
    HttpRequest.Builder request =
        key.isEmpty() ? front.request(path) : front.request(path, auth(key));
    operation
        .described()
        .path("parameters")
        .forEach(
            parameter -> {
              if (parameter.path("in").asText().equals("header") && parameter.has("example")) {
                request.header(parameter.path("name").asText(), parameter.path("example").asText());
              }
            });
    operation.body().ifPresent(_ -> request.header("content-type", "application/json"));
    return front.send(
        request.method(
            operation.method(),
            operation.body().map(BodyPublishers::ofString).orElse(BodyPublishers.noBody())));
  }

  private static String code(Operation operation, HttpResponse<String> answer) throws Exception {
    String place =
        operation.isAdmin() ? "/code" : operation.isAnthropics() ? "/error/type" : "/error/code";
    return FrontCalls.json(answer).at(place).asText();
  }

  private static String[] auth(String key) {
    return new String[] {"authorization", "Bearer " + key};
  }
}
