package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told who submits. */
class SubmitMannersTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  @Test
  void aSecondRequestOfOneNameIsRefusedByLineInEveryFormat() throws IOException {
    Path csv =
        Files.writeString(home.resolve("d.csv"), "custom_id,prompt\na,one\nb,two\na,three\n");
    assertThat(cli.run("submit", "--model", "m", "--file", csv.toString()))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err())
        .contains("line 4: custom_id 'a' stands on an earlier line too; make it unique")
        .contains("2 sent, all succeeded; 1 bad line not sent");
    assertThat(cli.submitted).hasSize(2);

    String line = "{\"custom_id\":\"a\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"m\"}}\n";
    Path jsonl = Files.writeString(home.resolve("d.jsonl"), line + line);
    assertThat(cli.run("submit", "--file", jsonl.toString())).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("line 2: custom_id 'a' stands on an earlier line");
  }

  @Test
  void aRefusedLineDoesNotReserveItsName() throws IOException {
    String line = "{\"custom_id\":\"a\",\"url\":\"%s\",\"body\":{%s}}\n";
    Path file =
        Files.writeString(
            home.resolve("r.jsonl"),
            line.formatted("/v1/images", "\"model\":\"m\"")
                + line.formatted("/v1/embeddings", "\"input\":\"no model\"")
                + line.formatted("/v1/embeddings", "\"model\":\"m\""));
    assertThat(cli.run("submit", "--file", file.toString())).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.submitted).hasSize(1);
    assertThat(cli.err())
        .contains("line 1: url", "line 2: the body names no model", "; 2 bad lines");
  }

  @Test
  void aSummaryWithoutFailuresNamesNone() throws IOException {
    Path file = Files.writeString(home.resolve("t.txt"), "one\ntwo\n");
    assertThat(cli.run("submit", "--model", "m", "--file", file.toString())).isZero();
    assertThat(cli.err()).contains("2 sent, all succeeded\n").doesNotContain("0 ");
    cli.answer = Samples::failed;
    cli.run("submit", "--model", "m", "--file", file.toString());
    assertThat(cli.err()).contains("2 sent, 0 succeeded, 2 failed\n");
  }

  @Test
  void aRepetitionIsTheFirstResultMarkedAsOneAndEndsAsItSays() {
    cli.answer = request -> repeated(Samples.succeeded(request));
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--id", "i")).isZero();
    assertThat(cli.out()).contains("\"data\"");
    assertThat(cli.err())
        .contains("request i was submitted before; this is its first result")
        .contains("repetition=SAME");
    cli.answer = request -> repeated(Samples.failed(request));
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--id", "i", "--json"))
        .isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.json().getFirst().get("repetition").asText()).isEqualTo("SAME");
  }

  private static InferenceResult repeated(InferenceResult first) {
    return InferenceResult.newBuilder(first).setRepetition(Repetition.SAME).build();
  }

  @Test
  void aFirstRequestThatStillRunsIsSaidTo() {
    cli.write(
        cli.names.lifecycle(),
        CliHarness.NOW,
        "i",
        Samples.status("i", RequestState.LEASED, ServiceClass.BATCH, 5));
    String[] submit = {"submit", "--model", "m", "--text", "x", "--id", "i", "--tenant", "acme"};
    assertThat(cli.run(submit)).isZero();
    assertThat(cli.err()).contains("request i was submitted before and is LEASED");
    submit[submit.length - 1] = "zoo";
    assertThat(cli.run(submit)).isZero();
    assertThat(cli.err()).doesNotContain("submitted before");
  }

  @Test
  void aModelThatNoWorkerServesIsSaidOnceWhileWaiting() {
    cli.models.add(model("minilm"));
    cli.models.add(model("other"));
    WorkerDemand variant =
        WorkerDemand.newBuilder(Samples.demand("w", "s", 1, 8, 0))
            .setModels(List.of("other#blue"))
            .build();
    cli.write(cli.names.demand(), CliHarness.NOW, "w", variant);
    WaitingNotes notes = notes();

    notes.on(List.of(waits("1", "minilm"), waits("2", "minilm"), waits("3", "other")));
    notes.on(List.of(waits("1", "minilm"), waits("4", "auto")));

    assertThat(cli.err().lines())
        .containsExactly(
            "no worker serves minilm now; 2 requests wait until one does or the deadline passes:"
                + " start one with 'penstock worker --model minilm', or see 'penstock workers'");
  }

  private WaitingNotes notes() {
    Environment environment = cli.environment();
    return new WaitingNotes(cli, environment.console(), environment.clock());
  }

  private static ModelSpec model(String name) {
    return ModelSpec.newBuilder()
        .setName(name)
        .setEndpoints(List.of("/v1/embeddings"))
        .setContextWindow(512)
        .setMaxOutputTokens(0)
        .setUpdatedAt(CliHarness.NOW)
        .build();
  }

  @Test
  void whoWaitsIsToldOnTheThreadThatWaits() throws InterruptedException {
    CompletableFuture<InferenceResult> answer = new CompletableFuture<>();
    InferenceRequest request = Samples.request("i");
    List<List<Submission.Unanswered>> told = new ArrayList<>();
    Submission submission =
        new Submission(
            new Slow(answer),
            1,
            result -> {},
            Duration.ofMillis(1),
            unanswered -> {
              told.add(unanswered);
              answer.complete(Samples.succeeded(request));
            });
    submission.submit(request);
    submission.await();

    assertThat(told.getFirst()).containsExactly(waits("i", "minilm"));
    assertThat(submission.unanswered()).isEmpty();
    assertThat(submission.succeeded()).isEqualTo(1);
  }

  @Test
  void anInterruptedSubmissionSaysWhatIsQueuedAndHowToReachIt() {
    try (QueuedNotice notice = notice(List.of(waits("i1", "m"), waits("i2", "m")))) {
      notice.interrupted();
    }
    assertThat(cli.err())
        .contains(
            "interrupted: 2 requests are sent and not answered, and served all the same: i1 i2")
        .contains("penstock status --tenant acme i1 i2")
        .contains("penstock cancel --tenant acme i1 i2");
    try (QueuedNotice nothing = notice(List.of())) {
      nothing.interrupted();
    }
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void manyQueuedRequestsAreNamedInAFile() throws IOException {
    List<Submission.Unanswered> many =
        IntStream.range(0, 500).mapToObj(i -> waits("i" + i, "m")).toList();
    try (QueuedNotice notice = notice(many)) {
      notice.interrupted();
    }
    assertThat(cli.err()).contains("500 requests are").contains("i9 and 490 more, all in ");
    String said = cli.err().substring(cli.err().indexOf("$(cat ") + 6);
    Path file = Path.of(said.substring(0, said.indexOf(')')));
    assertThat(Files.readAllLines(file)).hasSize(500).startsWith("i0").endsWith("i499");
    Files.delete(file);
  }

  private QueuedNotice notice(List<Submission.Unanswered> unanswered) {
    return new QueuedNotice(cli.environment().console(), () -> unanswered);
  }

  private static Submission.Unanswered waits(String id, String model) {
    return new Submission.Unanswered("acme", id, model);
  }

  @Test
  void namesInMessagesCannotControlTheTerminal() throws IOException {
    Path file =
        Files.writeString(
            home.resolve("c.jsonl"),
            "{\"custom_id\":\"a\",\"url\":\"\\u001b[2J\u009b31m\",\"body\":{}}\n");
    cli.run("submit", "--model", "m", "--file", file.toString());
    assertThat(cli.err()).contains("\\u009b31m").doesNotContain("\u009b").doesNotContain("\u001b");
  }

  /** Answers when it is told to. */
  private record Slow(CompletableFuture<InferenceResult> answer) implements RequestGateway {
    @Override
    public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
      return answer;
    }

    @Override
    public CompletableFuture<Void> produce(InferenceRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> produce(InferenceRequest request, ResultFormat format) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String requestId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> feedback(Feedback feedback) {
      throw new UnsupportedOperationException();
    }
  }
}
