package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.TestModels;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A panel on a metric that nobody registers stays empty, an alert never fires, and nobody notices.
 * Metrics of the jobs that show only where something goes wrong are in {@code AlertsTest}.
 */
@ExtendWith(PenstockFixture.class)
class DashboardsIT {

  private static final Path DASHBOARDS = Path.of("..", "docker", "grafana", "dashboards");
  private static final Path ALERTS = Path.of("..", "alerts.yaml");
  private static final Pattern NAME = Pattern.compile("penstock_[a-z_]+");

  /** What processes show beside what the jobs do. Others' metrics, such as Kafka's, are none. */
  private static final Pattern SHOWN_BY_A_PROCESS =
      Pattern.compile("(?:penstock_(?:front|worker|ready)|jvm|disk|process)[a-z_]+");

  private static final Pattern SELECTOR = Pattern.compile("([a-z_]+)\\{([^}]*)}");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~?|!=|!~)\"");
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String UNSERVED = "model-of-the-panels";

  @Test
  void everyMetricOfThePanelsIsOneThatPenstockHas(PenstockNode node) throws Exception {
    Set<String> used = used();
    assertThat(used).contains("penstock_results_total").hasSizeGreaterThan(30);
    try (FrontCalls front = new FrontCalls(node.addresses().httpUrl().orElseThrow());
        FrontCalls operations = new FrontCalls(node.addresses().operationsUrl())) {
      serve(front);
      leaveWaiting(node);

      // Dispatch shows what waits every second or so.
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(names(operations.get("/metrics").body())).containsAll(used));
    }
  }

  @Test
  void everyMetricOfTheAlertsThatAProcessShowsIsThereWithTheLabelsThatTheyAskFor(PenstockNode node)
      throws Exception {
    try (FrontCalls front = new FrontCalls(node.addresses().httpUrl().orElseThrow());
        FrontCalls operations = new FrontCalls(node.addresses().operationsUrl())) {
      serve(front);
      String shown = operations.get("/metrics").body();
      Set<String> names = matches(SHOWN_BY_A_PROCESS, shown);
      int seen = 0;
      for (JsonNode rule : new YAMLMapper().readTree(ALERTS.toFile()).findValues("expr")) {
        Set<String> used = matches(SHOWN_BY_A_PROCESS, rule.asText());
        seen += used.size();
        assertThat(names).containsAll(used);
        for (MatchResult selector : SELECTOR.matcher(rule.asText()).results().toList()) {
          if (names.contains(selector.group(1))) {
            assertThat(labels(shown, selector.group(1)))
                .as(rule.asText())
                .containsAll(matches(LABEL, selector.group(2)));
          }
        }
      }
      assertThat(seen).isGreaterThan(10);
    }
  }

  /** The labels that one sample or another of a metric has. */
  private static Set<String> labels(String shown, String metric) {
    Set<String> labels = new TreeSet<>();
    shown
        .lines()
        .filter(line -> line.startsWith(metric + "{"))
        .forEach(line -> labels.addAll(matches(LABEL, line)));
    return labels;
  }

  private static Set<String> matches(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    pattern
        .matcher(text)
        .results()
        .map(match -> match.groupCount() == 0 ? match.group() : match.group(1))
        .forEach(found::add);
    return found;
  }

  /** The age of the oldest is shown while one waits. */
  private static void leaveWaiting(PenstockNode node) throws Exception {
    TestModels.register(node, UNSERVED, Endpoint.EMBEDDINGS);
    try (PenstockClient client =
        PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()))) {
      client
          .send(
              InferenceRequests.embedding(UNSERVED, "waits")
                  .setDeadline(Instant.now().plus(PATIENCE.multipliedBy(2)))
                  .build())
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** One request succeeds, score refuses one and the front another, and a batch ends. */
  private static void serve(FrontCalls front) throws Exception {
    assertThat(embed(front, "embedding").statusCode()).isEqualTo(200);
    assertThat(embed(front, "no-such-model").statusCode()).isEqualTo(404);
    assertThat(front.post("/v1/embeddings", "{").statusCode()).isEqualTo(400);
    String file =
        FrontCalls.json(
                front.upload(
                    "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"embedding\",\"input\":\"a"
                        + " panel\"}}\n"))
            .path("id")
            .asText();
    front.post(
        "/v1/batches",
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"24h\"}"
            .formatted(file));
  }

  private static HttpResponse<String> embed(FrontCalls front, String model)
      throws IOException, InterruptedException {
    return front.post(
        "/v1/embeddings", "{\"model\":\"%s\",\"input\":\"a panel\"}".formatted(model));
  }

  private static Set<String> used() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.list(DASHBOARDS)) {
      for (Path file : files.toList()) {
        List<JsonNode> expressions = new ObjectMapper().readTree(file.toFile()).findValues("expr");
        expressions.forEach(each -> used.addAll(names(each.asText())));
      }
    }
    return used;
  }

  private static Set<String> names(String text) {
    return matches(NAME, text);
  }
}
