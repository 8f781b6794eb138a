package io.penstock.compose.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.Samples;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComplexityCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void start() {
    cli = new CliHarness(home);
  }

  private Path outcomes(String name, int rows) throws IOException {
    StringBuilder text = new StringBuilder("prompt,weak_correct,strong_correct\n");
    for (int i = 0; i < rows; i++) {
      text.append(
          i % 2 == 0
              ? "Prove theorem %d unless it is false,0,1\n".formatted(i)
              : "What colour is flower %d?,%d,1\n".formatted(i, i % 10 == 1 ? 0 : 1));
    }
    return Files.writeString(home.resolve(name), text);
  }

  @Test
  void trainingWritesTheSamePredictorAndCardAgain() throws IOException {
    Path train = outcomes("train.csv", 120);
    Path one = home.resolve("one.json.gz");
    Path other = home.resolve("other.json.gz");

    assertThat(cli.run("complexity", "train", "--train", train.toString(), "--out", one.toString()))
        .isEqualTo(ExitCodes.OK);
    cli.run("complexity", "train", "--train", train.toString(), "--out", other.toString());

    assertThat(one).hasSameBinaryContentAs(other);
    assertThat(home.resolve("one.md")).content().contains("train.csv | 120 |");
    assertThat(cli.err()).contains("training: 100 of 100");
    assertThat(cli.run("complexity", "explain", "Prove it", "--model", one.toString(), "--json"))
        .isEqualTo(ExitCodes.OK);
    assertThat(cli.json().getFirst().path("contributions")).hasSize(8);
  }

  @Test
  void aWrongTrainingFileIsAUsageErrorThatNamesTheLine() throws IOException {
    Path wrong =
        Files.writeString(
            home.resolve("wrong.csv"), "prompt,weak_correct,strong_correct\na,maybe,1\n");

    int code =
        cli.run("complexity", "train", "--train", wrong.toString(), "--out", home + "/x.json.gz");

    assertThat(code).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("wrong.csv line 2: weak_correct is 'maybe'");
    assertThat(home.resolve("x.json.gz")).doesNotExist();
  }

  @Test
  void theBenchmarkTrainsTestsAndReportsEachFileAndAll() throws IOException {
    Path train = outcomes("train.csv", 120);
    Path small = outcomes("small.csv", 60);
    Path large = outcomes("mmlu_like.csv", 90);
    Path out = home.resolve("out");

    int code =
        cli.run(
            "bench",
            "selection",
            "--train",
            train.toString(),
            "--test",
            small.toString(),
            large.toString(),
            "--decisions",
            "50",
            "--charts",
            "--out",
            out.toString());

    assertThat(code).as(cli.err()).isEqualTo(ExitCodes.OK);
    JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("selection.json")));
    JsonNode test = json.path("tests").path("small");
    assertThat(test.path("apgr").path("value").asDouble()).isGreaterThan(0.6);
    for (String field : new String[] {"apgr", "cpt50", "cpt80", "length_apgr", "shuffle_apgr"}) {
      assertThat(test.path(field).path("low").isNumber()).as(field).isTrue();
      assertThat(json.path("overall").path(field).path("high").isNumber()).as(field).isTrue();
    }
    assertThat(json.path("decision_us_p50").asDouble()).isBetween(0.1, 10_000.0);
    assertThat(json.at("/tests/mmlu_like/published/apgr").asDouble()).isEqualTo(0.603);
    assertThat(out.resolve("selection-curve-small.svg")).exists();
    assertThat(out.resolve("selection-curves.csv")).exists();
    assertThat(json.path("choice")).hasSize(12);
    assertThat(cli.out()).contains("RouteLLM, best published", "prompt length", "shuffle");
  }

  @Test
  void withoutFilesTheBenchmarkMeasuresChoosingAlone() throws IOException {
    Path out = home.resolve("out");

    int code = cli.run("bench", "selection", "--decisions", "50", "--out", out.toString());

    assertThat(code).as(cli.err()).isEqualTo(ExitCodes.OK);
    JsonNode json = new ObjectMapper().readTree(Files.readString(out.resolve("selection.json")));
    assertThat(json.at("/choice/11/models").asInt()).isEqualTo(50);
    assertThat(json.at("/choice/11/us_p50").asDouble()).isPositive();
    assertThat(cli.out()).contains("goal and complexity");
  }

  @Test
  void aTestWithoutBothOutcomesIsRefused() throws IOException {
    Path half =
        Files.writeString(
            home.resolve("half.csv"), "prompt,weak_correct,strong_correct\na,,1\nb,0,1\n");

    int code = cli.run("bench", "selection", "--test", half.toString());

    assertThat(code).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("1 rows lack weak_correct or strong_correct");
  }

  @Test
  void feedbackIsProducedWithItsScoreAndSource() {
    assertThat(cli.run("feedback", "r1", "--score", "0.25", "--source", "review")).isZero();

    Feedback feedback = cli.feedback.getFirst();
    assertThat(feedback.getRequestId()).isEqualTo("r1");
    assertThat(feedback.getScore()).isEqualTo(0.25);
    assertThat(feedback.getSource()).isEqualTo("review");
    assertThat(feedback.getGivenAt()).isEqualTo(CliHarness.NOW);
  }

  @Test
  void feedbackOutOfRangeOrForNobodyIsRefused() {
    assertThat(cli.run("feedback", "r1", "--score", "2")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--score is 2.0; give a number from 0 to 1");
    assertThat(cli.run("feedback", "--score", "1")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("REQUEST_ID is missing");
    assertThat(cli.feedback).isEmpty();
  }

  @Test
  void exportedFeedbackIsAFileThatTrainingReads() throws IOException {
    for (int i = 0; i < 120; i++) {
      boolean hard = i % 2 == 0;
      String prompt = hard ? "Prove theorem " + i : "What colour is flower " + i;
      judged("c" + i, "small", prompt, hard ? 0 : 1);
      judged("s" + i, "large", prompt, 1);
    }
    Path out = home.resolve("own.csv");

    int code =
        cli.run(
            "feedback",
            "export",
            "--cheap",
            "small",
            "--strong",
            "large",
            "--out",
            out.toString(),
            "--json");

    assertThat(code).as(cli.err()).isZero();
    assertThat(cli.json().getFirst().path("pairs").asInt()).isEqualTo(120);
    assertThat(Files.readAllLines(out).get(1)).isEqualTo("c0,Prove theorem 0,0.0,1.0");
    Path model = home.resolve("own.json.gz");
    assertThat(cli.run("complexity", "train", "--train", out.toString(), "--out", model.toString()))
        .as(cli.err())
        .isZero();
  }

  private void judged(String id, String model, String prompt, double score) {
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId(id)
            .setTenant("acme")
            .setEndpoint("/v1/chat/completions")
            .setModel("auto")
            .setBody(
                ByteBuffer.wrap(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                        .formatted(prompt)
                        .getBytes(UTF_8)))
            .build();
    InferenceResult result =
        InferenceResult.newBuilder(Samples.succeeded(request))
            .setChoice(ModelChoice.newBuilder().setModel(model).setReason("test").build())
            .build();
    Feedback feedback =
        Feedback.newBuilder()
            .setRequestId(id)
            .setScore(score)
            .setSource("user")
            .setGivenAt(CliHarness.NOW)
            .build();
    cli.write(cli.names.requests(ServiceClass.STANDARD), CliHarness.NOW, id, request);
    cli.write(cli.names.results(), CliHarness.NOW, id, result);
    cli.write(cli.names.feedback(), CliHarness.NOW, id, feedback);
  }
}
