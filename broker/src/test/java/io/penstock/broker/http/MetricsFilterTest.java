package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.schemas.models.ModelCatalog;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsFilterTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ApiKeys keys = new ApiKeys();
  private final FrontServer server =
      FrontServer.start(
          HttpSettings.DEFAULT
              .withPort(0)
              .withKeys(new KeySettings(true, Optional.of("a-secret-of-more-than-32-characters"))),
          1 << 20,
          List.of(
              new FrontMetrics(registry),
              new KeySettings(true, Optional.of("a-secret-of-more-than-32-characters")),
              new KeyUses(() -> keys, (_, _) -> {}),
              new ModelController.Catalog(() -> ModelCatalog.EMPTY, TreeSet::new),
              new AlwaysReady(),
              new AnswerBudget(1 << 20),
              new EndpointDirectory(),
              Clock.systemUTC()));

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void callsCountByTemplateAndStatusAndRefusalsByTheirCode() throws Exception {
    get("/v1/models/one");
    get("/v1/models/two");
    get("/health/live");

    assertThat(calls("/v1/models/{+id}", 401)).isEqualTo(2);
    assertThat(calls("/health/live", 200)).isEqualTo(1);
    assertThat(registry.counter("penstock.front.refused", "code", "invalid_api_key").count())
        .isEqualTo(2);
  }

  @Test
  void whatACallerMakesUpIsNoTag() throws Exception {
    for (int call = 0; call < 20; call++) {
      get("/made-up/" + call);
    }

    assertThat(registry.find("penstock.front.requests").timers()).hasSize(1);
    assertThat(calls("unknown", 401)).isEqualTo(20);
  }

  @Test
  void aMethodThatACallerMakesUpIsNoTag() throws Exception {
    for (int call = 0; call < 20; call++) {
      client.send(
          HttpRequest.newBuilder(uri("/v1/models"))
              .method("MADEUP" + call, BodyPublishers.noBody())
              .build(),
          BodyHandlers.ofString());
    }

    assertThat(registry.find("penstock.front.requests").timers())
        .allMatch(timer -> "other".equals(timer.getId().getTag("method")))
        .hasSize(1);
  }

  @Test
  void aCallThatAnotherInstancePassedOnCountsAsSuch() throws Exception {
    client.send(
        HttpRequest.newBuilder(uri("/v1/models")).header(Forwarding.FORWARDED, "1").build(),
        BodyHandlers.ofString());

    assertThat(registry.counter("penstock.front.forwarded", "direction", "in").count())
        .isEqualTo(1);
  }

  private long calls(String path, int status) {
    Timer timer =
        registry
            .find("penstock.front.requests")
            .tags("method", "GET", "path", path, "status", Integer.toString(status))
            .timer();
    return timer == null ? 0 : timer.count();
  }

  private void get(String path) throws Exception {
    client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
