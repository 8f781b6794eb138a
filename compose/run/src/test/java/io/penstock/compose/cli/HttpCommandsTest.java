package io.penstock.compose.cli;

import static io.penstock.compose.http.ScriptedFront.error;
import static io.penstock.compose.http.ScriptedFront.reply;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.http.ScriptedFront;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that call the front, before a server that answers as the front does. */
class HttpCommandsTest {

  private static final String TAKEN =
      "{\"id\":\"req_1\",\"object\":\"request\",\"status\":\"accepted\",\"service_class\":\"standard\",\"submitted_at\":\"2026-01-01T00:00:00Z\"}";
  private static final String BATCH =
      "{\"id\":\"batch_1\",\"status\":\"%s\",\"created_at\":1,\"output_file_id\":\"file-o\",\"error_file_id\":\"file-e\",\"request_counts\":{\"total\":3,\"completed\":%d,\"failed\":%d}}";

  @TempDir Path home;
  private CliHarness cli;
  private ScriptedFront front;

  @BeforeEach
  void start() throws IOException {
    cli = new CliHarness(home);
    front = new ScriptedFront();
    cli.variables.put("PENSTOCK_URL", front.url() + "/v1");
  }

  @AfterEach
  void stop() {
    front.close();
  }

  private ScriptedFront.Seen seen(String call) {
    return front.seen().stream()
        .filter(each -> (each.method() + " " + each.path()).startsWith(call))
        .findFirst()
        .orElseThrow();
  }

  /** Takes a request, and answers it with the second call for its result. */
  private void answering(int status, String body) {
    front
        .on("POST /v1/requests", 202, TAKEN)
        .on(
            "GET /v1/requests/req_1/result",
            (exchange, _, times) -> {
              if (times == 1) {
                reply(exchange, 202, TAKEN, "penstock-request-id", "req_1");
              } else {
                reply(
                    exchange,
                    status,
                    body,
                    "penstock-request-id",
                    "req_1",
                    "penstock-model",
                    "small");
              }
            });
  }

  @Test
  void aBodyGoesToTheFrontByteForByteAndItsAnswerComesBackSo() throws IOException {
    String body = "{ \"model\":\"m\", \"input\" : [1.0, 1e400,\"\\ud83d\"],\"input2\":null }";
    String answer = "{ \"data\": [ 1.00 ],\n \"x\":1}";
    answering(200, answer);
    Path file = Files.writeString(home.resolve("body.json"), body);

    assertThat(
            cli.run("submit", "--body-file", file.toString(), "--class", "BATCH", "--key", "k-1"))
        .isZero();

    assertThat(cli.out()).isEqualTo(answer + "\n");
    ScriptedFront.Seen seen = seen("POST /v1/requests");
    assertThat(seen.text()).isEqualTo(body);
    assertThat(seen.header("penstock-endpoint")).isEqualTo("/v1/embeddings");
    assertThat(seen.header("penstock-class")).isEqualTo("batch");
    assertThat(seen.header("idempotency-key")).isNotEmpty();
    assertThat(seen.header("authorization")).isEqualTo("Bearer k-1");
    assertThat(cli.err()).contains("req_1  SUCCEEDED").contains("small").doesNotContain("k-1");
    assertThat(cli.asked).isNull();
  }

  @Test
  void aResultAsJsonHasWhatHttpTells() {
    answering(200, "{\"a\":1}");
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--json")).isZero();
    assertThat(cli.out())
        .contains("\"id\":\"req_1\"", "\"status\":\"SUCCEEDED\"", "\"body\":{\"a\":1}")
        .contains("\"model\":\"small\"")
        .doesNotContain("tenant", "attempts");
  }

  @Test
  void aRequestThatFailedOrThatTheFrontRefusesFails() {
    answering(504, error("request_expired", "Too late."));
    assertThat(cli.run("submit", "--model", "m", "--text", "x")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("EXPIRED", "request_expired: Too late.");

    front.on("POST /v1/requests", 404, error("model_not_found", "The model 'm' does not exist."));
    assertThat(cli.run("submit", "--model", "m", "--text", "x")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("FAILED", "model_not_found: The model 'm' does not exist.");

    front.on("POST /v1/requests", 401, error("invalid_api_key", "No API key was given."));
    assertThat(cli.run("submit", "--model", "m", "--text", "x")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err())
        .contains("No API key was given; give a valid key with --key or $PENSTOCK_KEY");
  }

  @Test
  void aFileIsSentLineByLineAndBadLinesAreReported() throws IOException {
    answering(200, "{}");
    Path file =
        Files.writeString(
            home.resolve("r.jsonl"),
            """
            {"custom_id":"a","url":"/v1/embeddings","body":{"model":"m","input":"x"}}
            {"custom_id":"b","url":"/v1/embeddings","body":{"model":"other","input":"x"}}
            """);
    assertThat(cli.run("submit", "--file", file.toString(), "--model", "m", "--json"))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.json()).hasSize(1);
    assertThat(cli.json().getFirst().get("customId").asText()).isEqualTo("a");
    assertThat(cli.err())
        .contains("line 2: the body names the model 'other', and over HTTP it is sent as it is")
        .contains("1 sent, all succeeded; 1 bad line not sent");
  }

  @Test
  void detachedRequestsAreNamedAsTheFrontNamesThem() {
    answering(200, "{}");
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--detach")).isZero();
    assertThat(cli.out()).isEqualTo("req_1\n");
  }

  @Test
  void optionsOfTheOtherWayAreRefused() {
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--tenant", "acme"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--tenant cannot be given over HTTP: it follows from the key");
    assertThat(cli.run("status", "a", "--url", front.url(), "--kafka", "h:1"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("give those of one");
    assertThat(cli.run("results")).isEqualTo(ExitCodes.USAGE);
    assertThat(front.seen()).isEmpty();
    assertThat(cli.run("models", "list", "--kafka", "h:1")).isZero();
    assertThat(cli.asked).isNotNull();
  }

  @Test
  void statusSaysWhyARequestWaits() {
    front.on(
        "GET /v1/requests/req_1",
        200,
        "{\"id\":\"req_1\",\"status\":\"waiting\",\"model\":\"m\",\"waiting\":{\"reason\":\"no"
            + " worker\"}}");
    assertThat(cli.run("status", "req_1", "req_2")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("req_1  waiting", "no worker", "req_2  unknown");
    assertThat(cli.run("status", "req_2", "--json")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).isEqualTo("{\"id\":\"req_2\",\"status\":null}\n");
  }

  @Test
  void cancellingSaysWhatHadEnded() {
    front.on("DELETE /v1/requests/a", 202, "{}").on("DELETE /v1/requests/b", 200, "{}");
    assertThat(cli.run("cancel", "a", "b", "c")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).isEqualTo("cancellation of a requested\nb had ended before\n");
    assertThat(cli.err()).contains("No such thing as DELETE /v1/requests/c");
  }

  @Test
  void resultsAreFetchedByIdAndAwaitedIfAsked() {
    answering(200, "{\"a\": 1.0}");
    assertThat(cli.run("results", "--id", "req_1")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("req_1 has no result yet; wait for it with --follow");
    answering(200, "{\"a\": 1.0}");
    assertThat(cli.run("results", "--id", "req_1", "--follow")).isZero();
    assertThat(cli.out()).isEqualTo("{\"a\": 1.0}\n");
  }

  @Test
  void aFrontThatAnswersAtOnceThatThereIsNoResultIsNotAskedWithoutAPause() {
    front.on(
        "GET /v1/requests/req_1/result",
        (exchange, _, times) ->
            reply(exchange, times < 4 ? 202 : 200, "{}", "penstock-request-id", "req_1"));
    long begun = System.nanoTime();

    assertThat(cli.run("results", "--id", "req_1", "--follow")).isZero();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(599));
  }

  @Test
  void modelsAreListedByName() {
    front.on("GET /v1/models", 200, "{\"data\":[{\"id\":\"m\",\"owned_by\":\"local\"}]}");
    assertThat(cli.run("models", "list")).isZero();
    assertThat(cli.out()).isEqualTo("NAME  OWNER\nm     local\n");
  }

  @Test
  void aBatchIsUploadedMadeFollowedAndDownloaded() throws IOException {
    String line = "\uFEFF\n{\"custom_id\":\"a\",\"url\":\"/v1/chat/completions\",\"body\":{}}\n";
    Path file = Files.writeString(home.resolve("r.jsonl"), line);
    Path answers = home.resolve("answers.jsonl");
    front
        .on("POST /v1/files", 200, "{\"id\":\"file-1\"}")
        .on("POST /v1/batches", 200, "{\"id\":\"batch_1\",\"status\":\"validating\"}")
        .on(
            "GET /v1/batches/batch_1",
            (exchange, _, times) ->
                reply(
                    exchange,
                    200,
                    times == 1
                        ? BATCH.formatted("in_progress", 1, 0)
                        : BATCH.formatted("completed", 2, 1)))
        .on("GET /v1/files/file-o", 200, "{\"id\":\"file-o\",\"bytes\":3}")
        .on("GET /v1/files/file-o/content", 200, "{}\n");

    assertThat(
            cli.run(
                "batch",
                "submit",
                file.toString(),
                "--metadata",
                "run=7",
                "--window",
                "2h",
                "--output",
                answers.toString()))
        .isEqualTo(ExitCodes.FAILURE);

    assertThat(seen("POST /v1/files").text())
        .contains("name=\"purpose\"\r\n\r\nbatch")
        .contains(line);
    assertThat(seen("POST /v1/batches").text())
        .isEqualTo(
            "{\"input_file_id\":\"file-1\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"2h\",\"metadata\":{\"run\":\"7\"}}");
    assertThat(answers).hasContent("{}\n");
    assertThat(cli.out()).isEqualTo("batch_1: completed, 3 of 3 done, 1 of them failed\n");
    assertThat(cli.err())
        .contains("answered: in_progress", "answered: 3 of 3", "answered: completed")
        .contains("1 request did not succeed; see why: penstock batch download batch_1");
  }

  @Test
  void aJudgementIsSentInTheNameOfTheKeysTenant() {
    front.on("POST /v1/feedback", 200, "{\"object\":\"feedback\",\"remembered\":true}");
    assertThat(cli.run("feedback", "req_1", "--score", "0.5", "--comment", "so")).isZero();
    assertThat(cli.out()).isEqualTo("noted 0.5 for req_1\n");
    assertThat(seen("POST /v1/feedback").text())
        .isEqualTo(
            "{\"request_id\":\"req_1\",\"score\":0.5,\"source\":\"user\",\"comment\":\"so\"}");
    assertThat(cli.err()).isEmpty();
    assertThat(cli.feedback).isEmpty();
    assertThat(cli.run("feedback", "req_1", "--score", "1", "--tenant", "acme"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.run("feedback", "req_1", "--score", "1", "--kafka", "h:1")).isZero();
    assertThat(cli.feedback).hasSize(1);
  }

  @Test
  void aJudgementOfARequestThatTheFrontDoesNotRememberIsTakenWithAWarningOrRefused() {
    front.on("POST /v1/feedback", 200, "{\"object\":\"feedback\",\"remembered\":false}");
    assertThat(cli.run("feedback", "older", "--score", "1")).isZero();
    assertThat(cli.out()).isEqualTo("noted 1.0 for older\n");
    assertThat(cli.err()).contains("warning: the front remembers no request older of your tenant");
    front.on("POST /v1/feedback", 404, error("not_found", "No request found with id 'none'."));
    assertThat(cli.run("feedback", "none", "--score", "1")).isEqualTo(1);
    assertThat(cli.err()).contains("No request found with id 'none'");
  }

  @Test
  void aFileThatIsNotThereIsRefusedInTheSameWordsByAllThatUpload() {
    Path none = home.resolve("none.jsonl");
    for (String command : List.of("batch submit", "files upload")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add(none.toString());
      assertThat(cli.run(words.toArray(String[]::new))).isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("cannot read %s; name a file that is there".formatted(none));
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void aBatchNamesTheWebhookEndpointThatIsToldOfItsEnd() throws IOException {
    Path file = Files.writeString(home.resolve("r.jsonl"), "{\"url\":\"/v1/embeddings\"}\n");
    front
        .on("GET /v1/webhook_endpoints/whe_1", 200, "{\"id\":\"whe_1\"}")
        .on("POST /v1/files", 200, "{\"id\":\"file-1\"}")
        .on("POST /v1/batches", 200, "{\"id\":\"batch_1\",\"status\":\"validating\"}");

    assertThat(cli.run("batch", "submit", file.toString(), "--webhook", "whe 1"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--webhook is 'whe 1'; give the id of a webhook endpoint");
    assertThat(front.seen()).isEmpty();
    assertThat(cli.run("batch", "submit", file.toString(), "--webhook", "whe_2"))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(front.seen()).hasSize(1);
    assertThat(cli.run("batch", "submit", file.toString(), "--webhook", "whe_1")).isZero();
    assertThat(cli.out()).isEqualTo("batch_1\n");
    assertThat(seen("POST /v1/batches").header("penstock-webhook")).isEqualTo("whe_1");
    assertThat(seen("POST /v1/files").header("penstock-webhook")).isEmpty();
  }

  @Test
  void aBatchThatIsNotMadeLeavesNoFileBehind() throws IOException {
    Path file = Files.writeString(home.resolve("r.jsonl"), "{}\n");
    assertThat(cli.run("batch", "submit", file.toString())).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("names no url; give --endpoint");

    front
        .on("POST /v1/files", 200, "{\"id\":\"file-1\"}")
        .on("POST /v1/batches", 400, error("invalid_window", "Too long."))
        .on("DELETE /v1/files/file-1", 200, "{}");
    assertThat(cli.run("batch", "submit", file.toString(), "--endpoint", "/v1/embeddings"))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("error: Too long.");
    assertThat(seen("DELETE /v1/files/file-1").method()).isEqualTo("DELETE");
  }

  @Test
  void filesOfABatchThatWouldReplaceEachOtherAreRefused() throws IOException {
    Path file = Files.writeString(home.resolve("r.jsonl"), "{\"url\":\"/v1/embeddings\"}\n");
    String again = home.resolve("x/../r.jsonl").toString();
    for (String command : List.of("submit " + file, "follow batch_1", "download batch_1")) {
      List<String> words = new ArrayList<>(List.of("batch"));
      words.addAll(List.of(command.split(" ")));
      words.addAll(List.of("--output", again, "--errors", file.toString()));
      assertThat(cli.run(words.toArray(String[]::new))).as(command).isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("--output and --errors both name", "give two files");
    }
    for (String option : List.of("--output", "--errors")) {
      assertThat(cli.run("batch", "submit", file.toString(), option, again))
          .isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains(option + " names", "which is the file of requests");
    }
    assertThat(front.seen()).isEmpty();
  }

  @Test
  void faultsOfABatchAreShownByLine() {
    front.on(
        "GET /v1/batches/batch_1",
        200,
        "{\"id\":\"batch_1\",\"status\":\"failed\",\"errors\":{\"data\":[{\"line\":7,\"message\":\"no"
            + " url\"}]}}");
    assertThat(cli.run("batch", "follow", "batch_1")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("error: line 7: no url");
  }

  @Test
  void aBatchThatRunsHasNoFilesYet() {
    front.on("GET /v1/batches/batch_1", 200, BATCH.formatted("in_progress", 1, 0));
    assertThat(cli.run("batch", "download", "batch_1")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("wait for it with 'penstock batch follow batch_1'");
  }

  @Test
  void listsAreReadToTheirEnd() {
    front.on(
        "GET /v1/files",
        (exchange, seen, _) ->
            reply(
                exchange,
                200,
                seen.path().contains("after=f1")
                    ? "{\"data\":[{\"id\":\"f2\",\"bytes\":2}],\"has_more\":false}"
                    : "{\"data\":[{\"id\":\"f1\",\"bytes\":1}],\"last_id\":\"f1\",\"has_more\":true}"));
    assertThat(cli.run("files", "list", "--purpose", "batch", "--json")).isZero();
    assertThat(cli.json().stream().map(each -> each.get("id").asText()))
        .isEqualTo(List.of("f1", "f2"));
    assertThat(front.seen().getFirst().path()).contains("purpose=batch");
    assertThat(cli.run("files", "list", "--limit", "1")).isZero();
    assertThat(cli.out()).contains("f1").doesNotContain("f2");
  }

  @Test
  void aKeyIsShownOnceAndTheAdminSecretNever() {
    String secret = "0123456789abcdef0123456789abcdef";
    assertThat(cli.run("keys", "list")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--admin-key or $PENSTOCK_ADMIN_KEY");
    cli.variables.put("PENSTOCK_ADMIN_KEY", secret);
    front
        .on("POST /admin/keys", 201, "{\"id\":\"key_1\",\"tenant\":\"search\",\"key\":\"pk-new\"}")
        .on(
            "GET /admin/keys",
            200,
            "{\"data\":[{\"id\":\"key_1\",\"tenant\":\"search\",\"expires_at\":null}]}")
        .on("DELETE /admin/keys/key_1", 204, "");

    assertThat(
            cli.run(
                "keys",
                "create",
                "--tenant",
                "search",
                "--class",
                "STANDARD",
                "--requests-per-minute",
                "600",
                "--expires-in",
                "90d"))
        .isZero();
    assertThat(cli.out()).isEqualTo("pk-new\n");
    assertThat(cli.err()).contains("key key_1 of tenant search").doesNotContain(secret);
    assertThat(front.seen().getFirst().text())
        .isEqualTo(
            "{\"tenant\":\"search\",\"service_class\":\"standard\",\"requests_per_minute\":600,\"expires_in\":\"90d\"}");
    assertThat(front.seen().getFirst().header("authorization")).isEqualTo("Bearer " + secret);
    assertThat(cli.run("keys", "list")).isZero();
    assertThat(cli.out()).contains("key_1  search");
    assertThat(cli.run("keys", "revoke", "key_1")).isZero();
    front.on("GET /admin/keys", 401, "{\"detail\":\"The admin key is wrong.\",\"code\":\"x\"}");
    assertThat(cli.run("keys", "list")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("http.keys.adminSecret").doesNotContain(secret);
  }

  @Test
  void aKeyIsChanged() {
    cli.variables.put("PENSTOCK_ADMIN_KEY", "secret");
    front.on("PATCH /admin/keys/key_1", 200, "{\"id\":\"key_1\",\"requests_per_minute\":7}");
    assertThat(
            cli.run(
                "keys", "change", "key_1", "--requests-per-minute", "7", "--remove", "expires_at"))
        .as(cli.err())
        .isZero();
    assertThat(front.seen().getFirst().text())
        .isEqualTo("{\"requests_per_minute\":7,\"expires_at\":null}");
    assertThat(cli.run("keys", "change", "key_1")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("nothing is to be changed");
  }

  @Test
  void operatorsSeeWorkersAndTheBacklogAndDrain() {
    front
        .on(
            "GET /admin/workers",
            200,
            "{\"data\":[{\"id\":\"gpu-7\",\"state\":\"active\",\"running\":1,\"slots\":8,\"models\":[\"a\",\"b\"],\"heartbeat_at\":\"2026-11-22T11:59:59Z\"}]}")
        .on(
            "GET /admin/backlog",
            200,
            "{\"data\":[{\"model\":\"m\",\"variant\":null,\"leased\":1,\"slots\":2,\"waiting\":[{\"service_class\":\"batch\",\"requests\":5}]}]}")
        .on("POST /admin/workers/gpu-7/drain", 202, "{\"id\":\"gpu-7\"}");
    // A requester's address is no reason to leave Kafka.
    assertThat(cli.run("backlog")).isZero();
    assertThat(front.seen()).isEmpty();

    assertThat(cli.run("workers", "--admin-key", "s")).as(cli.err()).isZero();
    assertThat(cli.out()).containsPattern("gpu-7 +active +1/8 +- +1.0s +- +- +a,b");
    assertThat(cli.run("workers", "--admin-key", "s", "--watch")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.run("workers", "--admin-key", "s", "--kafka", "h:1")).isEqualTo(ExitCodes.USAGE);
    cli.variables.put("PENSTOCK_ADMIN_KEY", "s");
    assertThat(cli.run("backlog")).isZero();
    assertThat(cli.out()).containsPattern("m +- +- +- +1/2 +0/0/5");
    assertThat(cli.run("workers", "drain", "gpu-7", "--reason", "driver")).isZero();
    assertThat(cli.out()).isEqualTo("draining gpu-7\n");
    assertThat(seen("POST /admin/workers").text()).isEqualTo("{\"reason\":\"driver\"}");
  }

  @Test
  void deadLettersAreListedReplayedAndDiscarded() {
    cli.variables.put("PENSTOCK_ADMIN_KEY", "s");
    front
        .on(
            "GET /admin/dead-letters",
            200,
            "{\"data\":[{\"id\":\"0-1\",\"request_id\":\"r1\",\"dead_at\":\"2026-11-22T11:00:00Z\",\"code\":\"x\"},{\"id\":\"0-2\"}],\"has_more\":true}")
        .on("GET /admin/dead-letters/0-1", 200, "{\"id\":\"0-1\"}")
        .on("POST /admin/dead-letters/0-1/replay", 202, "{\"replayed_as\":\"r9\",\"note\":\"\"}")
        .on(
            "POST /admin/dead-letters/0-2/replay",
            409,
            "{\"detail\":\"It was served.\",\"code\":\"not_possible\"}")
        .on("DELETE /admin/dead-letters/0-1", 204, "");

    assertThat(cli.run("dead-letters", "list", "--from", "2h")).isZero();
    assertThat(front.seen().getLast().path()).contains("since=7200s");
    assertThat(cli.out()).containsPattern("0-1 +r1 +1h0m +- +- +x");
    assertThat(cli.err()).contains("there are more");
    assertThat(cli.run("dead-letters", "show", "0-1", "--json")).isZero();
    assertThat(cli.out()).isEqualTo("{\"id\":\"0-1\"}\n");
    assertThat(cli.run("dead-letters", "replay", "--all")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("0-1 replayed as r9");
    assertThat(cli.err()).contains("0-2 was not replayed: It was served.");
    assertThat(cli.run("dead-letters", "replay", "0-1", "--dry-run")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.run("dead-letters", "discard", "0-1")).isZero();
    assertThat(cli.out()).isEqualTo("discarded 0-1\n");
  }

  @Test
  void theFrontOfTheRunningPenstockIsFound() throws IOException {
    cli.variables.remove("PENSTOCK_URL");
    front.on("GET /v1/files", 200, "{\"data\":[]}");
    new ClusterFile(
            "k:1",
            "http://r",
            io.penstock.schemas.topics.TopicSettings.DEFAULT,
            java.util.Optional.of(front.url()),
            1)
        .write(cli.environment().clusterFile());
    assertThat(cli.run("files", "list")).isZero();
    assertThat(cli.out()).isEqualTo("no file\n");
    String url = front.url();
    front.close();
    assertThat(cli.run("files", "list")).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(cli.err()).contains("nothing answers at " + url);
  }

  @Test
  void aKeyIsNotSentInTheClearUnnoticed() {
    cli.variables.putAll(Map.of("PENSTOCK_URL", "http://front.invalid:1", "PENSTOCK_KEY", "k"));
    assertThat(cli.run("files", "list")).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(cli.err())
        .contains("warning: the key goes to http://front.invalid:1 unencrypted; use https://");
    assertThat(cli.err().getBytes(UTF_8)).isNotEmpty();
  }
}
