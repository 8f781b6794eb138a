package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  private InferenceRequest first() {
    return cli.submitted.getFirst();
  }

  private static String body(InferenceRequest request) {
    return UTF_8.decode(request.getBody().duplicate()).toString();
  }

  @Test
  void aTextIsEmbeddedAndItsAnswerPrinted() {
    assertThat(cli.run("submit", "--model", "minilm", "--text", "hello")).isZero();
    assertThat(first().getEndpoint()).isEqualTo("/v1/embeddings");
    assertThat(body(first())).isEqualTo("{\"model\":\"minilm\",\"input\":\"hello\"}");
    assertThat(first().getServiceClass()).contains(ServiceClass.INTERACTIVE);
    assertThat(cli.out()).contains("\"data\"");
    assertThat(cli.err()).contains("SUCCEEDED");
  }

  @Test
  void aPromptIsAChatUnlessAnotherEndpointIsNamed() {
    cli.run("submit", "--model", "m", "--prompt", "why?");
    assertThat(first().getEndpoint()).isEqualTo("/v1/chat/completions");
    assertThat(body(first())).contains("\"role\":\"user\",\"content\":\"why?\"");
    cli.submitted.clear();
    cli.run("submit", "--model", "m", "--prompt", "why?", "-e", "completions");
    assertThat(body(first())).isEqualTo("{\"model\":\"m\",\"prompt\":\"why?\"}");
  }

  @Test
  void everyOptionReachesTheRequest() {
    assertThat(
            cli.run(
                "submit",
                "--body",
                "{\"model\":\"m\",\"input\":[\"x\"]}",
                "--class",
                "standard",
                "--deadline",
                "30s",
                "--tenant",
                "acme",
                "--id",
                "i1",
                "--custom-id",
                "c1",
                "-a",
                "k=v",
                "-a",
                "l=w=x",
                "--reply-topic",
                "replies"))
        .isZero();
    InferenceRequest request = cli.produced.getFirst();
    assertThat(request.getId()).isEqualTo("i1");
    assertThat(request.getModel()).isEqualTo("m");
    assertThat(request.getEndpoint()).isEqualTo("/v1/embeddings");
    assertThat(request.getServiceClass()).contains(ServiceClass.STANDARD);
    assertThat(request.getDeadline()).contains(CliHarness.NOW.plusSeconds(30));
    assertThat(request.getTenant()).isEqualTo("acme");
    assertThat(request.getCustomId()).contains("c1");
    assertThat(request.getReplyTopic()).contains("replies");
    assertThat(request.getAttributes()).containsEntry("k", "v").containsEntry("l", "w=x");
    assertThat(cli.out().strip()).isEqualTo("i1");
  }

  @Test
  void aFileIsSentAsBatchAndItsBadLinesReportedAndCounted() throws IOException {
    Path file = Files.writeString(home.resolve("q.csv"), "id,prompt\n1,one\n2\n3,three\n");
    Path output = home.resolve("out.jsonl");
    assertThat(
            cli.run(
                "submit", "--model", "m", "--file", file.toString(), "--output", output.toString()))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.submitted).hasSize(2);
    assertThat(first().getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(cli.err())
        .contains("line 3: the row has 1 values")
        .contains("2 sent, all succeeded; 1 bad line not sent");
    assertThat(Files.readAllLines(output)).hasSize(2);
    assertThat(Files.readString(output)).contains("\"status\":\"SUCCEEDED\"");
  }

  @Test
  void batchLinesKeepTheirCustomIdsAndBodies() throws IOException {
    Path file =
        Files.writeString(
            home.resolve("b.jsonl"),
            """
            {"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}}
            {"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"input":"x"}}
            """);
    assertThat(cli.run("submit", "--file", file.toString(), "--json")).isEqualTo(ExitCodes.FAILURE);
    assertThat(first().getCustomId()).contains("a");
    assertThat(cli.json()).hasSize(1);
    assertThat(cli.err()).contains("line 2: the body names no model");
  }

  @Test
  void detachPrintsTheIdsAndWaitsForNothing() throws IOException {
    Path file = Files.writeString(home.resolve("t.txt"), "one\ntwo\n");
    assertThat(cli.run("submit", "--model", "m", "--file", file.toString(), "--detach")).isZero();
    assertThat(cli.submitted).isEmpty();
    assertThat(cli.out().lines())
        .containsExactlyElementsOf(cli.produced.stream().map(InferenceRequest::getId).toList());
  }

  @Test
  void aFailedResultIsAFailureWithItsReason() {
    cli.answer = Samples::failed;
    assertThat(cli.run("submit", "--model", "x", "--text", "hi")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("unknown_model").contains("see penstock models list");
  }

  @Test
  void aTimeOutOfTheClusterIsExplained() {
    cli.answer =
        request -> {
          throw new TimeoutException("no answer in 30 s");
        };
    assertThat(cli.run("submit", "--model", "x", "--text", "hi")).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(cli.err()).contains("did not answer in time");
  }

  @Test
  void contradictoryOptionsAreUsageErrorsThatNameThem() throws IOException {
    Path file = Files.writeString(home.resolve("t.txt"), "one\n");
    assertUsage("--model", "submit", "--text", "x");
    assertUsage("--id", "submit", "--model", "m", "--file", file.toString(), "--id", "i");
    assertUsage("--output", "submit", "--model", "m", "--text", "x", "--detach", "-o", "f");
    assertUsage("--deadline", "submit", "--model", "m", "--text", "x", "--deadline", "soon");
    assertUsage("future", "submit", "-m", "m", "--text", "x", "--deadline", "2020-01-01T00:00:00Z");
    assertUsage("--endpoint", "submit", "--model", "m", "--text", "x", "-e", "images");
    assertUsage("--body", "submit", "--model", "m", "--body", "{");
    assertUsage("mutually exclusive", "submit", "--text", "x", "--prompt", "y");
    assertUsage("q.pdf", "submit", "--model", "m", "--file", "q.pdf");
    assertThat(cli.submitted).isEmpty();
  }

  private void assertUsage(String mention, String... arguments) {
    assertThat(cli.run(arguments)).as(mention).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains(mention);
  }
}
