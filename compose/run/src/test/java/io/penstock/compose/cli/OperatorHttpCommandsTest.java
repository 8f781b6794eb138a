package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.http.ScriptedFront;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' commands that may go both ways, before a server that answers as the front does. */
class OperatorHttpCommandsTest {

  private static final String COSTS =
      "{\"data\":[],\"others\":null,\"others_count\":%d,\"total\":{},\"unreadable\":%d}";

  @TempDir Path home;
  private CliHarness cli;
  private ScriptedFront front;

  @BeforeEach
  void start() throws IOException {
    cli = new CliHarness(home);
    front = new ScriptedFront().on("GET /admin/rollouts", 200, "{\"data\":[]}");
    cli.variables.put("PENSTOCK_URL", front.url());
    cli.variables.put("PENSTOCK_ADMIN_KEY", "s");
  }

  @AfterEach
  void stop() {
    front.close();
  }

  private String calls() {
    return String.join(
        " ",
        front.seen().stream()
            .map(each -> each.path() + "=" + each.header("authorization"))
            .toList());
  }

  @Test
  void aConfigurationThatIsNamedChoosesItsCluster() throws IOException {
    Path file = Files.writeString(home.resolve("prod.yaml"), "kafka: {bootstrapServers: p:9092}\n");
    assertThat(cli.run("rollout", "list", "--config", file.toString())).as(cli.err()).isZero();
    assertThat(Objects.requireNonNull(cli.asked).bootstrapServers()).isEqualTo("p:9092");
    assertThat(cli.run("rollout", "list", "--set", "kafka.bootstrapServers=q:9092")).isZero();
    assertThat(Objects.requireNonNull(cli.asked).bootstrapServers()).isEqualTo("q:9092");
    assertThat(cli.run("rollout", "list", "--url", front.url(), "--config", file.toString()))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--url is for HTTP, and --config is for Kafka");
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void variablesThatNameTwoClustersAreRefused() {
    cli.variables.put("PENSTOCK_KAFKA", "p:9092");
    assertThat(cli.run("rollout", "list")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err())
        .contains(
            "$PENSTOCK_URL and $PENSTOCK_ADMIN_KEY ask for HTTP, but $PENSTOCK_KAFKA names a Kafka"
                + " cluster; choose with an option");
    assertThat(cli.run("status", "req_1")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("$PENSTOCK_URL asks for HTTP");
    cli.variables.remove("PENSTOCK_KAFKA");
    cli.variables.put("PENSTOCK_CONFIG", "prod.yaml");
    assertThat(cli.run("rollout", "list")).isEqualTo(ExitCodes.USAGE);
    assertThat(front.seen()).isEmpty();
    assertThat(cli.asked).isNull();
    assertThat(cli.run("rollout", "list", "--admin-key", "s")).isZero();
    assertThat(front.seen()).hasSize(1);
  }

  @Test
  void aChangeNamesTheFrontThatOnlyVariablesChose() {
    front.on("DELETE /admin/models/m", 204, "");
    String note = "over HTTP at " + front.url();
    assertThat(cli.run("models", "remove", "m")).isZero();
    assertThat(cli.err()).contains(note);
    assertThat(cli.run("models", "remove", "m", "--admin-key", "s")).isZero();
    assertThat(cli.err()).doesNotContain(note);
    assertThat(cli.run("rollout", "list")).isZero();
    assertThat(cli.err()).doesNotContain(note);
  }

  @Test
  void fewerLinesThanWereAskedForAreNoted() {
    front.on("GET /admin/costs", 200, COSTS.formatted(5, 0));
    String note = "warning: there are more lines; the front gives the 10000 with the highest cost";
    for (String more : new String[] {"--limit=20000", "--all", "--json"}) {
      assertThat(cli.run("costs", more)).isZero();
      assertThat(cli.err()).as(more).contains(note);
      assertThat(front.seen().getLast().path()).contains("limit=10000");
    }
    assertThat(cli.run("costs", "--limit", "10000", "--json")).isZero();
    assertThat(cli.err()).doesNotContain(note);
    front.on("GET /admin/costs", 200, COSTS.formatted(0, 0));
    assertThat(cli.run("costs", "--limit", "20000", "--json")).isZero();
    assertThat(cli.err()).doesNotContain("warning");
  }

  @Test
  void aReportSaysHowManyRecordsItIsWithout() {
    front
        .on("GET /admin/costs", 200, COSTS.formatted(0, 2))
        .on("GET /admin/experiments/e", 200, "{}")
        .on(
            "GET /admin/experiments/e/report",
            200,
            "{\"experiment\":\"e\",\"metric\":\"feedback\",\"confidence\":0.95,\"arms\":[],"
                + "\"verdict\":\"too early\",\"warnings\":[],\"unreadable\":1}");
    assertThat(cli.run("costs")).isZero();
    assertThat(cli.err())
        .contains("warning: the report is without 2 records of the log that could not be read");
    assertThat(cli.run("experiment", "report", "e")).as(cli.err()).isZero();
    assertThat(cli.err()).contains("the report is without 1 record of the log");
  }

  @Test
  void aWrongQuestionAboutCostsIsWrongUsage() {
    front.on(
        "GET /admin/costs",
        400,
        "{\"detail\":\"Against is 'nobody', which is no model; see 'penstock models"
            + " list'.\",\"code\":\"invalid_value\"}");
    assertThat(cli.run("costs", "--by", "tenant,day,tenant")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--by names tenant more than once; name each once");
    assertThat(front.seen()).isEmpty();
    assertThat(cli.run("costs", "--against", "nobody")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err())
        .contains("error: --against is 'nobody', which is no model; see 'penstock models list'\n");
  }

  @Test
  void modelsAreShownAsTheFrontStoredThem() throws IOException {
    String model =
        "{\"name\":\"%s\",\"endpoints\":[\"/v1/embeddings\"],\"contextWindow\":512,\"maxOutputTokens\":1%s}";
    String stored =
        String.join(
            ",",
            model.formatted("a", ",\"updatedAt\":\"2020-01-01T00:00:00Z\""),
            model.formatted("b", ",\"updatedAt\":\"2021-01-01T00:00:00Z\""),
            model.formatted("c", ",\"updatedAt\":\"2022-01-01T00:00:00Z\""));
    front
        .on("PUT /admin/models", 200, "{\"updated\":[\"a\"]}")
        .on("GET /admin/models", 200, "{\"data\":[%s]}".formatted(stored));
    Path file =
        Files.writeString(
            home.resolve("models.json"),
            "{\"models\":[%s,%s]}".formatted(model.formatted("c", ""), model.formatted("a", "")));

    assertThat(cli.run("models", "apply", file.toString(), "--json")).as(cli.err()).isZero();

    assertThat(cli.json()).hasSize(2);
    assertThat(cli.json().getFirst().path("name").asText()).isEqualTo("c");
    assertThat(cli.out().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("2022-01-01T00:00:00Z"),
            line -> assertThat(line).contains("2020-01-01T00:00:00Z"));
  }

  @Test
  void modelsAreListedWithTheKeyThatIsNearest() {
    front.on("GET /v1/models", 200, "{\"data\":[]}").on("GET /admin/models", 200, "{\"data\":[]}");
    cli.variables.put("PENSTOCK_ADMIN_KEY", "admin-v");
    assertThat(cli.run("models", "list")).isZero();
    assertThat(cli.run("models", "list", "--key", "key-o")).isZero();
    assertThat(cli.run("models", "list", "--admin-key", "admin-o")).isZero();
    cli.variables.put("PENSTOCK_KEY", "key-v");
    assertThat(cli.run("models", "list")).isZero();
    assertThat(cli.run("models", "list", "--key", "key-o")).isZero();
    assertThat(cli.run("models", "list", "--admin-key", "admin-o")).isZero();
    assertThat(calls())
        .isEqualTo(
            "/admin/models=Bearer admin-v /v1/models=Bearer key-o /admin/models=Bearer admin-o"
                + " /v1/models=Bearer key-v /v1/models=Bearer key-o /admin/models=Bearer admin-o");
  }

  @Test
  void optionsOfModelsListThatContradictEachOtherAreNamed() {
    assertThat(cli.run("models", "list", "--key", "k", "--admin-key", "a"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--key and --admin-key contradict each other; give one");
    assertThat(cli.run("models", "list", "--admin-key", "a", "--kafka", "h:1"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--admin-key is for HTTP, and --kafka is for Kafka");
    assertThat(front.seen()).isEmpty();
  }
}
