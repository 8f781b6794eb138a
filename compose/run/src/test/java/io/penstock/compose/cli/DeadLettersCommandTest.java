package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  private void letter(DeadLetter letter) {
    cli.write(
        cli.names.deadLetters(), CliHarness.NOW, letter.getRequestId().orElse("none"), letter);
  }

  @Test
  void listNamesALetterWithoutIdByItsSource() {
    letter(Samples.deadLetter("a").build());
    letter(Samples.deadLetter("b").setRequestId(null).setSourceOffset(7).build());
    assertThat(cli.run("dead-letters", "list")).isZero();
    assertThat(cli.out())
        .contains("2m0s", "engine_error", "look at its log")
        .contains("penstock.work.batch:0:7");
  }

  @Test
  void showPrintsTheRequestReadably() {
    letter(Samples.deadLetter("a").setRequest(Samples.request("a")).build());
    assertThat(cli.run("dead-letters", "show", "a", "--json")).isZero();
    assertThat(cli.json().getFirst().at("/request/body/input").asText()).isEqualTo("hi");
    assertThat(cli.run("dead-letters", "show", "x")).isEqualTo(ExitCodes.FAILURE);
  }

  @Test
  void replayProducesTheRequestUnderANewIdThatPointsBack() {
    letter(Samples.deadLetter("a").setRequest(Samples.request("a")).build());
    assertThat(cli.run("dead-letters", "replay", "a", "--json")).isZero();
    InferenceRequest again = cli.produced.getFirst();
    assertThat(again.getId()).isNotEqualTo("a");
    assertThat(again.getAttributes())
        .containsExactlyInAnyOrderEntriesOf(Map.of("team", "search", "replayOf", "a"));
    assertThat(again.getBody()).isEqualTo(Samples.request("a").getBody());
    assertThat(again.getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(cli.json().getFirst().get("replayedAs").asText()).isEqualTo(again.getId());
  }

  @Test
  void replayDropsADeadlineThatHasPassedAndSaysSo() {
    letter(
        Samples.deadLetter("a")
            .setRequest(
                InferenceRequest.newBuilder(Samples.request("a"))
                    .setDeadline(CliHarness.NOW.minusSeconds(1))
                    .build())
            .build());
    assertThat(cli.run("dead-letters", "replay", "--all")).isZero();
    assertThat(cli.produced.getFirst().getDeadline()).isEmpty();
    assertThat(cli.out()).contains("its own has passed");
  }

  @Test
  void replayReadsTheWorkRecordWhereTheLetterHoldsNoPayload() {
    cli.write("penstock.work.batch", CliHarness.NOW, "a", Samples.scored(Samples.request("a")));
    letter(Samples.deadLetter("a").build());
    assertThat(cli.run("dead-letters", "replay", "a")).isZero();
    assertThat(cli.produced.getFirst().getBody()).isEqualTo(Samples.request("a").getBody());
  }

  @Test
  void replaySaysWhenTheWorkRecordIsGone() {
    letter(Samples.deadLetter("a").setSourceOffset(41).build());
    assertThat(cli.run("dead-letters", "replay", "a")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("the log no longer holds penstock.work.batch-0 at offset 41");
    assertThat(cli.produced).isEmpty();
  }

  @Test
  void aResultThatWasNotCopiedIsNotRunAgainAndItsPlaceIsTold() {
    letter(
        Samples.deadLetter("a")
            .setStage("delivery")
            .setSourceTopic("penstock.results")
            .setSourceOffset(12)
            .build());
    assertThat(cli.run("dead-letters", "replay", "a")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("penstock.results, partition 0, offset 12", "results --id a");
    assertThat(cli.produced).isEmpty();
  }

  @Test
  void replaySaysWhenTheBytesAreNoRequest() {
    letter(
        Samples.deadLetter("a")
            .setSourceTopic("penstock.requests.batch")
            .setSourceValue(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6}))
            .build());
    assertThat(cli.run("dead-letters", "replay", "a")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("no readable request");
  }

  @Test
  void aRequestThatCameAsJsonIsReadAgainFromItsBytesAndAnsweredAsJson() {
    String body = "{ \"input\": \"hi\" }";
    letter(
        json(body)
            .setHeaders(
                Map.of(
                    "penstock-endpoint", utf8("/v1/embeddings"),
                    "penstock-tenant", utf8("acme"),
                    "penstock-deadline", utf8("30s")))
            .build());
    assertThat(cli.run("dead-letters", "replay", "a")).isZero();
    InferenceRequest again = cli.produced.getFirst();
    assertThat(again.getTenant()).isEqualTo("acme");
    assertThat(again.getBody()).isEqualTo(utf8(body));
    assertThat(again.getDeadline()).contains(CliHarness.NOW.plusSeconds(30));
    assertThat(again.getAttributes()).containsEntry("replayOf", "a");
    assertThat(again.getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(cli.formats).containsExactly(ResultFormat.JSON);
  }

  @Test
  void aReplayedRequestIsAnsweredInTheFormThatTheOriginalAskedFor() {
    letter(
        json("{\"endpoint\":\"/v1/embeddings\",\"tenant\":\"t\",\"body\":{}}")
            .setHeaders(Map.of("penstock-accept", utf8("avro")))
            .build());
    letter(
        Samples.deadLetter("b")
            .setRequest(Samples.request("b"))
            .setResultFormat(ResultFormat.JSON)
            .build());
    cli.write(
        "penstock.work.batch",
        CliHarness.NOW,
        "c",
        ScoredRequest.newBuilder(Samples.scored(Samples.request("c")))
            .setResultFormat(ResultFormat.JSON)
            .build());
    letter(Samples.deadLetter("c").build());
    assertThat(cli.run("dead-letters", "replay", "--all")).isZero();
    assertThat(cli.formats)
        .containsExactly(ResultFormat.AVRO, ResultFormat.JSON, ResultFormat.JSON);
  }

  @Test
  void whatCouldNotBeReadAsJsonIsNotReplayedAsSomethingElse() {
    letter(json("{\"endpoint\":\"e\",\"body\":{},\"tenat\":\"acme\"}").build());
    letter(
        json("{\"endpoint\":\"e\",\"body\":{}}")
            .setRequest(Samples.request("a"))
            .setFailure(
                Failure.newBuilder(Samples.deadLetter("a").build().getFailure())
                    .setCode("malformed_record")
                    .setMessage("header penstock-tenant comes more than once; give it once")
                    .build())
            .build());
    assertThat(cli.run("dead-letters", "replay", "--all")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err())
        .contains("field 'tenat' at line 1", "penstock-tenant comes more than once", "Correct it");
    assertThat(cli.produced).isEmpty();
  }

  @Test
  void aRequestAsJsonThatSaysTwoThingsAtOnceIsNotReplayedUnderTheLast() {
    DeadLetter.Builder conflict =
        json("{\"input\":\"hi\"}")
            .setHeaders(
                Map.of("penstock-endpoint", utf8("/v1/embeddings"), "penstock-tenant", utf8("b")))
            .setRepeatedHeaders(List.of("penstock-tenant", "traceparent"))
            .setFailure(
                Failure.newBuilder(Samples.deadLetter("a").build().getFailure())
                    .setCode("id_conflict")
                    .build());
    letter(conflict.build());
    letter(conflict.setSourceValue(null).setRequest(Samples.request("a")).build());
    assertThat(cli.run("dead-letters", "replay", "--all")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).containsPattern("(?s)(penstock-tenant comes more than once.*){2}");
    assertThat(cli.produced).isEmpty();
  }

  @Test
  void headersThatDoNotCountDoNotKeepARequestFromBeingReplayed() {
    letter(
        json("{\"endpoint\":\"/v1/embeddings\",\"tenant\":\"t\",\"body\":{}}")
            .setRepeatedHeaders(List.of("traceparent"))
            .build());
    letter(
        Samples.deadLetter("b")
            .setSourceTopic("penstock.requests.batch")
            .setSourceValue(utf8("\0avro"))
            .setRequest(Samples.request("b"))
            .setRepeatedHeaders(List.of("penstock-tenant"))
            .build());
    assertThat(cli.run("dead-letters", "replay", "--all")).isZero();
    assertThat(cli.produced).hasSize(2);
  }

  @Test
  void aRequestAsJsonIsReadFromTheLogWhereTheLetterHasNoRoomForIt() {
    byte[] body = "{\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8);
    cli.log.add("penstock.requests.batch", CliHarness.NOW, "a", body);
    letter(
        json("")
            .setSourceValue(null)
            .setHeaders(
                Map.of("penstock-endpoint", utf8("/v1/embeddings"), "penstock-tenant", utf8("b")))
            .build());
    assertThat(cli.run("dead-letters", "replay", "a")).isZero();
    assertThat(cli.produced.getFirst().getTenant()).isEqualTo("b");
    assertThat(cli.produced.getFirst().getBody()).isEqualTo(ByteBuffer.wrap(body));
    assertThat(cli.formats).containsExactly(ResultFormat.JSON);
  }

  private static DeadLetter.Builder json(String value) {
    return Samples.deadLetter("a")
        .setStage("score")
        .setSourceTopic("penstock.requests.batch")
        .setSourceValue(utf8(value))
        .setResultFormat(ResultFormat.JSON);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void replayKeepsSixteenLabelsAndSaysThatItCouldNotAddOne() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 16; i++) {
      labels.put("k" + i, "v");
    }
    letter(
        Samples.deadLetter("a")
            .setRequest(
                InferenceRequest.newBuilder(Samples.request("a")).setAttributes(labels).build())
            .build());
    assertThat(cli.run("dead-letters", "replay", "a")).isZero();
    assertThat(cli.produced.getFirst().getAttributes()).isEqualTo(labels);
    assertThat(cli.out()).contains("without attribute replayOf");
  }

  @Test
  void aDryRunProducesNothing() {
    letter(Samples.deadLetter("a").setRequest(Samples.request("a")).build());
    assertThat(cli.run("dead-letters", "replay", "a", "--dry-run")).isZero();
    assertThat(cli.produced).isEmpty();
  }

  @Test
  void idsAndAllExcludeEachOther() {
    assertThat(cli.run("dead-letters", "replay")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.run("dead-letters", "replay", "a", "--all")).isEqualTo(ExitCodes.USAGE);
  }
}
