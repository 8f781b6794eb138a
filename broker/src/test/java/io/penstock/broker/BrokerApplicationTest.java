package io.penstock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BrokerApplicationTest {

  private static EmbeddedServer server;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    server = ApplicationContext.run(EmbeddedServer.class, Map.of("micronaut.server.port", -1));
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  @Test
  void listensOnLoopbackOnly() {
    assertThat(server.getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void isLiveAndReady() throws Exception {
    assertThat(get("/health/liveness").body()).contains("\"status\":\"UP\"");
    assertThat(get("/health/readiness").body()).contains("\"status\":\"UP\"");
  }

  @Test
  void showsMetricsAsPrometheusReadsThem() throws Exception {
    HttpResponse<String> metrics = get("/prometheus");
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).contains("jvm_memory_used_bytes{");
  }

  @Test
  void showsNothingElseOfItself() throws Exception {
    assertThat(get("/beans").statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(get("/env").statusCode()).isGreaterThanOrEqualTo(400);
  }

  private static HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.getPort() + path);
    return http.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
