package io.penstock.compose.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.compose.kafka.PortInUseException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperationsServerTest {

  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> death = new AtomicReference<>(Optional.empty());
  private final OperationsServer server =
      new OperationsServer(
          "127.0.0.1",
          0,
          metrics,
          List.of(
              new HealthCheck("kafka", problem::get),
              HealthCheck.of("worker", () -> true, "it is not running")),
          List.of(new HealthCheck("worker", death::get)));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void isReadyWhileEveryPartIs() throws Exception {
    HttpResponse<String> response = call("GET", "/health/ready");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .isEqualTo(
            "{\"checks\":[{\"name\":\"kafka\",\"status\":\"UP\"},"
                + "{\"name\":\"worker\",\"status\":\"UP\"}],\"status\":\"UP\"}");
  }

  @Test
  void saysWhichPartIsNotReadyAndWhy() throws Exception {
    problem.set(Optional.of("no broker answers"));
    HttpResponse<String> response = call("GET", "/health/ready");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body())
        .contains("{\"name\":\"kafka\",\"reason\":\"no broker answers\",\"status\":\"DOWN\"}")
        .contains("{\"name\":\"worker\",\"status\":\"UP\"}");
  }

  @Test
  void isLiveWhileNotReady() throws Exception {
    problem.set(Optional.of("no broker answers"));
    assertThat(call("GET", "/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void isNotLiveOnceAPartHasEndedForGood() throws Exception {
    death.set(Optional.of("has died"));
    HttpResponse<String> response = call("GET", "/health/live");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("\"reason\":\"has died\"");
    assertThat(call("GET", "/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void showsMetricsAsPrometheusReadsThem() throws Exception {
    metrics.counter("penstock.requests").increment();
    assertThat(call("GET", "/metrics").body()).contains("penstock_requests_total 1.0");
  }

  @Test
  void showsAmongTheMetricsWhichPartIsReady() throws Exception {
    assertThat(call("GET", "/metrics").body()).contains("penstock_ready{check=\"kafka\"} 1.0");

    problem.set(Optional.of("no broker answers"));

    assertThat(call("GET", "/metrics").body())
        .contains("penstock_ready{check=\"kafka\"} 0.0")
        .contains("penstock_ready{check=\"worker\"} 1.0");
  }

  @Test
  void refusesOtherPathsAndMethods() throws Exception {
    assertThat(call("GET", "/health/ready/x").statusCode()).isEqualTo(404);
    assertThat(call("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(call("HEAD", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void aTakenPortIsNamedWithItsFlag() {
    int port = URI.create(server.url()).getPort();
    assertThatThrownBy(() -> new OperationsServer("127.0.0.1", port, metrics, List.of(), List.of()))
        .isInstanceOf(PortInUseException.class)
        .hasMessageContaining("--operations-port");
  }

  @Test
  void onAllAddressesItIsReachedByLoopbackToo() throws Exception {
    try (OperationsServer everywhere =
        new OperationsServer("0.0.0.0", 0, metrics, List.of(), List.of())) {
      assertThat(everywhere.url()).startsWith("http://127.0.0.1:");
      assertThat(
              http.send(
                      HttpRequest.newBuilder(URI.create(everywhere.url() + "/health/ready"))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void anAddressOfAnotherMachineIsRefusedWithItsKey() {
    assertThatThrownBy(() -> new OperationsServer("192.0.2.1", 0, metrics, List.of(), List.of()))
        .hasMessageContaining("192.0.2.1")
        .hasMessageContaining("operations.host");
  }

  private HttpResponse<String> call(String method, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
