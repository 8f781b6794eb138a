package io.penstock.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LetterReplayTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final LetterId ID = new LetterId(3, 1842);

  @Test
  void aRequestIsSentAgainAsItWasUnderANewIdThatFollowsFromTheLetter() {
    DeadLetter letter = letter("dispatch", request().build());

    LetterReplay.Plan.Send first = send(letter, ID);
    LetterReplay.Plan.Send again = send(letter, ID);
    LetterReplay.Plan.Send other = send(letter, new LetterId(3, 1843));

    InferenceRequest sent = first.resubmission().request();
    assertThat(sent.getId()).isNotEqualTo("dead-1");
    assertThat(again.resubmission().request().getId()).isEqualTo(sent.getId());
    assertThat(other.resubmission().request().getId()).isNotEqualTo(sent.getId());
    assertThat(sent.getTenant()).isEqualTo("red");
    assertThat(sent.getBody()).isEqualTo(request().getBody());
    assertThat(sent.getAttributes()).isEqualTo(Map.of("replayOf", "dead-1"));
    assertThat(sent.getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(first.format()).isEqualTo(ResultFormat.JSON);
  }

  @Test
  void aDeadlineThatHasPassedIsLeftOutAndSaid() {
    LetterReplay.Plan.Send past =
        send(letter("score", request().setDeadline(NOW.minusSeconds(1)).build()), ID);
    LetterReplay.Plan.Send ahead =
        send(letter("score", request().setDeadline(NOW.plusSeconds(1)).build()), ID);

    assertThat(past.resubmission().request().getDeadline()).isEmpty();
    assertThat(past.resubmission().note()).contains("deadline");
    assertThat(ahead.resubmission().request().getDeadline()).contains(NOW.plusSeconds(1));
    assertThat(ahead.resubmission().note()).isEmpty();
  }

  @Test
  void whatWasServedIsNotRunAgain() {
    LetterReplay.Plan plan =
        LetterReplay.of(ID, letter("delivery", request().build()), TopicNames.DEFAULT, NOW);

    assertThat(plan).isInstanceOf(LetterReplay.Plan.Impossible.class);
    assertThat(((LetterReplay.Plan.Impossible) plan).reason()).contains("offset 7");
  }

  @Test
  void whatCouldNotBeReadSaysWhatToDo() {
    LetterReplay.Plan plan = LetterReplay.of(ID, letter("score", null), TopicNames.DEFAULT, NOW);

    assertThat(((LetterReplay.Plan.Impossible) plan).reason())
        .contains("The engine failed.", "dead-letters replay");
  }

  @Test
  void anIdNamesAPlaceAndReadsBack() {
    assertThat(LetterId.of("3-1842")).contains(ID);
    assertThat(ID).hasToString("3-1842");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "3", "3-", "-1", "03-1", "3-01", "3--1", "3-1x", "3-99999999999999999999"})
  void whatIsNoIdIsNone(String text) {
    assertThat(LetterId.of(text)).isEmpty();
  }

  private static LetterReplay.Plan.Send send(DeadLetter letter, LetterId id) {
    return (LetterReplay.Plan.Send) LetterReplay.of(id, letter, TopicNames.DEFAULT, NOW);
  }

  private static InferenceRequest.Builder request() {
    return InferenceRequest.newBuilder()
        .setId("dead-1")
        .setTenant("red")
        .setEndpoint("/v1/embeddings")
        .setModel("m")
        .setBody(ByteBuffer.wrap(new byte[] {'{', '}'}))
        .setCreatedAt(NOW.minusSeconds(60));
  }

  private static DeadLetter letter(String stage, InferenceRequest request) {
    return DeadLetter.newBuilder()
        .setRequestId("dead-1")
        .setTenant("red")
        .setStage(stage)
        .setFailure(
            Failure.newBuilder()
                .setCategory(FailureCategory.RETRYABLE)
                .setCode("engine_failed")
                .setMessage("The engine failed.")
                .build())
        .setSourceTopic(TopicNames.DEFAULT.work(ServiceClass.BATCH))
        .setSourcePartition(0)
        .setSourceOffset(7)
        .setRequest(request)
        .setResultFormat(ResultFormat.JSON)
        .setDeadAt(NOW)
        .build();
  }
}
