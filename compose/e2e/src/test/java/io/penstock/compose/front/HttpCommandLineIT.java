package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.HttpFront;
import io.penstock.broker.settings.KeySettings;
import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command line before the real front. */
@ExtendWith(PenstockFixture.class)
class HttpCommandLineIT {

  private static final String ADMIN = "a-secret-of-an-operator-that-is-long-enough";

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  private static String line(int number, String model) {
    return "{\"custom_id\":\"c%d\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"%s\",\"input\":\"text %d\"}}"
        .formatted(number, model, number);
  }

  private void front(String url) {
    cli.variables.put("PENSTOCK_URL", url);
  }

  @Test
  void aBatchGoesFromFileToFiles(PenstockNode node) throws IOException {
    front(node.addresses().httpUrl().orElseThrow());
    List<String> lines =
        IntStream.range(0, 20)
            .mapToObj(i -> line(i, i == 7 ? "no-such-model" : NodeConfig.EMBEDDING_MODEL))
            .toList();
    Path input = Files.write(home.resolve("requests.jsonl"), lines);
    Path answers = home.resolve("answers.jsonl");
    Path errors = home.resolve("errors.jsonl");

    int code =
        cli.run(
            "batch",
            "submit",
            input.toString(),
            "--metadata",
            "run=it",
            "--json",
            "--output",
            answers.toString(),
            "--errors",
            errors.toString());

    assertThat(code).as(cli.err()).isEqualTo(ExitCodes.FAILURE);
    JsonNode batch = cli.json().getLast();
    assertThat(batch.path("status").asText()).isEqualTo("completed");
    assertThat(batch.at("/metadata/run").asText()).isEqualTo("it");
    assertThat(Files.readAllLines(answers)).hasSize(19);
    assertThat(Files.readAllLines(errors)).hasSize(1).first().asString().contains("\"c7\"");
    assertThat(cli.err()).contains("answered: 20 of 20", "answered: completed");

    assertThat(cli.run("batch", "list", "--limit", "1", "--json")).isZero();
    assertThat(cli.json().getFirst().path("id")).isEqualTo(batch.path("id"));
    assertThat(cli.run("files", "delete", batch.path("input_file_id").asText())).isZero();
    assertThat(cli.run("files", "show", batch.path("input_file_id").asText()))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.run("files", "download", batch.path("output_file_id").asText())).isZero();
    assertThat(cli.out()).isEqualTo(Files.readString(answers));
  }

  @Test
  void aRequestIsSubmittedLookedUpAndFetched(PenstockNode node) throws Exception {
    try (FrontCalls http = new FrontCalls(node.addresses().httpUrl().orElseThrow())) {
      assertThat(http.get("/v1/models").headers().map()).doesNotContainKey("server");
    }
    front(node.addresses().httpUrl().orElseThrow());
    assertThat(cli.run("models", "list")).isZero();
    assertThat(cli.out()).contains(NodeConfig.EMBEDDING_MODEL);

    assertThat(cli.run("submit", "--model", NodeConfig.EMBEDDING_MODEL, "--text", "x", "--detach"))
        .as(cli.err())
        .isZero();
    String id = cli.out().strip();
    assertThat(cli.run("results", "--id", id, "--follow")).as(cli.err()).isZero();
    String answer = cli.out();
    assertThat(answer).contains("\"embedding\"");
    assertThat(cli.run("status", id, "unknown")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains(id + "  succeeded", "unknown");
    assertThat(cli.run("cancel", id)).isZero();
    assertThat(cli.out()).contains("had ended before");

    assertThat(cli.run("submit", "--model", NodeConfig.EMBEDDING_MODEL, "--text", "x")).isZero();
    assertThat(cli.out()).startsWith("{").contains("\"embedding\"");
  }

  @Test
  void anOperatorMakesAKeyThatWorksUntilItIsRevoked(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "cli-keys.", 1)) {
      cluster.backend().on("m", call -> call.succeed("{ \"answer\": 1.0 }"));
      HttpFront one =
          cluster.start(
              FrontCluster.settings().withKeys(new KeySettings(true, Optional.of(ADMIN))));
      front(one.url());
      assertThat(cli.run("submit", "--model", "m", "--prompt", "x")).isEqualTo(ExitCodes.FAILURE);
      assertThat(cli.err()).contains("--key or $PENSTOCK_KEY");

      cli.variables.put("PENSTOCK_ADMIN_KEY", ADMIN);
      assertThat(cli.run("keys", "create", "--tenant", "red", "--json")).as(cli.err()).isZero();
      JsonNode key = cli.json().getFirst();
      cli.variables.put("PENSTOCK_KEY", key.path("key").asText());
      assertThat(cli.run("submit", "--model", "m", "--prompt", "x")).as(cli.err()).isZero();
      assertThat(cli.out()).isEqualTo("{ \"answer\": 1.0 }\n");

      assertThat(
              cli.run(
                  "keys",
                  "change",
                  key.path("id").asText(),
                  "--name",
                  "ours",
                  "--requests-per-minute",
                  "600",
                  "--json"))
          .as(cli.err())
          .isZero();
      assertThat(cli.json().getFirst().path("requests_per_minute").asLong()).isEqualTo(600);
      assertThat(cli.run("keys", "list")).isZero();
      assertThat(cli.out()).contains("red", "ours", "600");

      assertThat(cli.run("workers")).as(cli.err()).isZero();
      assertThat(cli.out()).contains("no worker has sent a heartbeat");
      assertThat(cli.run("backlog")).as(cli.err()).isZero();
      assertThat(cli.run("workers", "drain", "nobody")).isEqualTo(ExitCodes.FAILURE);
      assertThat(cli.err()).contains("nobody");

      assertThat(cli.run("keys", "revoke", key.path("id").asText())).isZero();
      assertThat(cli.run("submit", "--model", "m", "--prompt", "x")).isEqualTo(ExitCodes.FAILURE);
      assertThat(cli.err()).contains("--key or $PENSTOCK_KEY").doesNotContain(ADMIN);
    }
  }
}
