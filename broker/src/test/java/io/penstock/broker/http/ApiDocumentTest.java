package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.openapi.ApiDocument;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ApiDocumentTest {

  /** Micronaut answers these by itself, wherever there is a GET. */
  private static final Set<String> IMPLICIT = Set.of("HEAD", "OPTIONS");

  private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

  private static final ApiDocument DOCUMENT = ApiDocument.read();
  private static FrontServer server;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    HttpSettings settings = HttpSettings.DEFAULT.withPort(0);
    ApiKeys keys = new ApiKeys();
    server =
        FrontServer.start(
            settings,
            1 << 20,
            List.of(
                new FrontMetrics(new SimpleMeterRegistry()),
                settings.keys(),
                new KeyUses(() -> keys, (_, _) -> {}),
                new AlwaysReady(),
                new AnswerBudget(128 << 20),
                new EndpointDirectory(),
                Clock.systemUTC()));
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void theDocumentHasEachRouteOfTheServerAndNoOther() {
    TreeSet<String> served = new TreeSet<>();
    for (String route : server.routes()) {
      String method = route.substring(0, route.indexOf(' '));
      if (!IMPLICIT.contains(method)) {
        served.add(route.replace("{+", "{").replaceAll("(?<=.)/$", ""));
      }
    }

    assertThat(DOCUMENT.operations()).isEqualTo(served);
  }

  /** Nobody reads the body of an answer to HEAD, so that a stream begun for it would never end. */
  @Test
  void noStreamHasARouteForHead() {
    Set<String> streams = new TreeSet<>();
    DOCUMENT
        .tree()
        .path("paths")
        .properties()
        .forEach(
            path -> {
              if (!path.getValue()
                  .at("/get/responses/200/content/text~1event-stream")
                  .isMissingNode()) {
                streams.add("HEAD " + path.getKey());
              }
            });

    assertThat(streams).contains("HEAD /v1/requests/{id}/events", "HEAD /v1/responses/{id}");
    assertThat(server.routes())
        .contains("HEAD /v1/requests/{id}")
        .doesNotContainAnyElementsOf(streams);
  }

  @Test
  void eachOperationSaysWhatItDoesWhoMayCallItAndWhatItAnswers() {
    DOCUMENT
        .tree()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            complete(operation.getKey(), path.getKey(), operation.getValue())));
  }

  private static void complete(String method, String path, JsonNode operation) {
    String name = method + " " + path;
    assertThat(operation.path("summary").asText()).as(name).endsWith(".");
    assertThat(operation.path("operationId").asText()).as(name).isNotEmpty();
    assertThat(operation.path("tags")).as(name).hasSize(1);
    assertThat(operation.path("security").isArray()).as(name).isTrue();
    assertThat(operation.path("security").isEmpty())
        .as("%s needs a key", name)
        .isEqualTo(!path.startsWith("/v1/") && !path.startsWith("/admin/"));
    assertThat(operation.path("responses").properties())
        .as(name)
        .anyMatch(each -> each.getKey().startsWith("2"));
    if ((method.equals("post") && path.endsWith("s")) || method.equals("put")) {
      assertThat(operation.has("requestBody")).as("%s has a body", name).isTrue();
    }
  }

  @Test
  void eachReferenceLeadsSomewhereAndNoOperationIdIsThereTwice() {
    List<String> references = DOCUMENT.tree().findValuesAsText("$ref");
    assertThat(references).isNotEmpty();
    for (String each : references) {
      assertThat(DOCUMENT.tree().at(each.substring(1)).isMissingNode()).as(each).isFalse();
    }
    assertThat(DOCUMENT.tree().findValuesAsText("operationId")).doesNotHaveDuplicates();
  }

  @Test
  void theDocumentIsServedInBothFormsWithoutAKey() throws Exception {
    HttpResponse<String> json = get("/openapi.json");
    HttpResponse<String> yaml = get("/openapi.yaml");

    assertThat(json.headers().firstValue("content-type")).contains("application/json");
    assertThat(new ObjectMapper().readTree(json.body())).isEqualTo(DOCUMENT.tree());
    assertThat(new ObjectMapper(new YAMLFactory()).readTree(yaml.body()))
        .isEqualTo(DOCUMENT.tree());
  }

  @Test
  void thePageLoadsEverythingFromHere() throws Exception {
    HttpResponse<String> page = get("/docs");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type").orElseThrow()).startsWith("text/html");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'self'");
    Matcher links = LINK.matcher(page.body());
    TreeSet<String> found = new TreeSet<>();
    while (links.find()) {
      assertThat(links.group(1)).startsWith("/");
      assertThat(get(links.group(1)).statusCode()).as(links.group(1)).isEqualTo(200);
      found.add(links.group(1));
    }
    assertThat(found).contains("/docs/swagger-ui-bundle.js", "/docs/start.js");
    for (String other : List.of("pom.properties", "..%2Fbase.yaml", "swagger-ui.js.map")) {
      assertThat(get("/docs/" + other).statusCode()).as(other).isEqualTo(404);
    }
  }

  private static HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
