package io.penstock.broker.batches.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.broker.blobs.BlobName;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchMachineTest {

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final Instant LATE = START.plus(Duration.ofDays(2));
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final BatchMachine machine = new BatchMachine(GRACE);
  private Batch batch =
      Batch.created(
          new BatchOrder(
              "b",
              "acme",
              "/v1/completions",
              "file-1",
              BlobName.of("files", "1"),
              CompletionWindow.of("24h").orElseThrow(),
              Map.of("who", "me"),
              Duration.ofHours(2),
              "file-2",
              "file-3",
              START,
              Optional.of("whe_1"),
              BatchOrigin.PLAIN),
          5);

  @Test
  void aBatchWhoseRequestsFailedStillCompletes() {
    tell(new BatchEvent.Judged(new InputVerdict.Accepted(2, "m")), START);
    tell(new BatchEvent.Fed(2, 99), START);
    assertThat(tell(answer(1, TerminalStatus.FAILED), START))
        .hasExactlyElementsOfTypes(BatchEffect.ErrorLine.class);
    assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
    assertThat(tell(answer(2, TerminalStatus.FAILED), START))
        .hasExactlyElementsOfTypes(BatchEffect.ErrorLine.class, BatchEffect.Checkpoint.class);
    assertThat(batch.status()).isEqualTo(BatchStatus.FINALIZING);
    tell(new BatchEvent.Settled(), START);
    assertThat(batch.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(batch.tally().failed()).isEqualTo(2);
  }

  @Test
  void aRefusedFileFailsTheBatchAndRunsNothing() {
    InputFault fault = new InputFault("invalid_url", "No.", 3L, "url");
    tell(new BatchEvent.Judged(new InputVerdict.Refused(List.of(fault))), START);
    assertThat(batch.status()).isEqualTo(BatchStatus.FAILED);
    assertThat(batch.faults()).containsExactly(fault);
  }

  @Test
  void countsUsageAndEachRequestOnce() {
    running(3);
    assertThat(tell(answer(1, TerminalStatus.SUCCEEDED), START))
        .hasExactlyElementsOfTypes(BatchEffect.OutputLine.class);
    assertThat(tell(answer(1, TerminalStatus.SUCCEEDED), START)).isEmpty();
    assertThat(batch.tally()).isEqualTo(new Tally(1, 0, 0, 0, 7, 2, 3));
  }

  @Test
  void aRepetitionIsNoAnswer() {
    running(3);
    InferenceResult first = result(1, TerminalStatus.SUCCEEDED);
    InferenceResult again =
        InferenceResult.newBuilder(first).setRepetition(Repetition.SAME).build();
    assertThat(tell(new BatchEvent.Answered(1, again), START)).isEmpty();
    assertThat(batch.remaining()).isEqualTo(3);
  }

  @Test
  void anAnswerToANumberThatTheFileDoesNotHaveIsIgnored() {
    running(3);
    assertThat(tell(answer(0, TerminalStatus.SUCCEEDED), START)).isEmpty();
    assertThat(tell(answer(4, TerminalStatus.SUCCEEDED), START)).isEmpty();
  }

  @Test
  void cancelStopsWhatRunsAndGivesUpWhatWasNotFedAtOnce() {
    running(3);
    tell(new BatchEvent.Fed(2, 50), START);
    assertThat(tell(new BatchEvent.CancelAsked(), START))
        .hasExactlyElementsOfTypes(
            BatchEffect.Checkpoint.class, BatchEffect.CancelOutstanding.class);
    assertThat(batch.status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(machine.givenUp(batch, START)).isEqualTo(1);
    assertThat(tell(new BatchEvent.GivenUp(2, "two"), START)).isEmpty();
    assertThat(tell(new BatchEvent.GivenUp(3, "three"), START)).hasSize(1);
    tell(answer(1, TerminalStatus.SUCCEEDED), START);
    Instant graceOver = START.plus(GRACE);
    assertThat(machine.givenUp(batch, graceOver)).isEqualTo(1);
    tell(new BatchEvent.GivenUp(2, "two"), graceOver);
    tell(new BatchEvent.Settled(), graceOver);
    assertThat(batch.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(batch.tally()).isEqualTo(new Tally(1, 2, 0, 2, 7, 2, 3));
  }

  @Test
  void aBatchCancelledBeforeItWasJudgedIsCancelledAtOnce() {
    tell(new BatchEvent.CancelAsked(), START);
    assertThat(batch.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(batch.reachedAt(BatchStatus.CANCELLING)).hasValue(START);
  }

  @Test
  void whatWasNotAnsweredInTheWindowExpires() {
    running(3);
    tell(new BatchEvent.Fed(2, 50), START);
    tell(new BatchEvent.Tick(), LATE);
    assertThat(batch.status()).isEqualTo(BatchStatus.FINALIZING);
    tell(answer(1, TerminalStatus.SUCCEEDED), LATE);
    tell(answer(2, TerminalStatus.EXPIRED), LATE);
    tell(new BatchEvent.Settled(), LATE);
    assertThat(batch.status()).isEqualTo(BatchStatus.FINALIZING);
    tell(new BatchEvent.GivenUp(3, "three"), LATE);
    tell(new BatchEvent.Settled(), LATE);
    assertThat(batch.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(batch.tally().failed()).isEqualTo(2);
  }

  @Test
  void theWindowDoesNotCloseEarly() {
    running(3);
    tell(new BatchEvent.Tick(), batch.order().expiresAt().minusMillis(1));
    assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
    tell(new BatchEvent.Tick(), batch.order().expiresAt());
    assertThat(batch.status()).isEqualTo(BatchStatus.FINALIZING);
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPLETED", "FAILED", "EXPIRED", "CANCELLED"})
  void nothingHappensToABatchThatHasEnded(BatchStatus end) {
    running(3);
    batch = batch.at(end, START);
    for (BatchEvent event :
        List.of(
            new BatchEvent.Judged(new InputVerdict.Accepted(2, "m")),
            new BatchEvent.Fed(3, 70),
            answer(1, TerminalStatus.SUCCEEDED),
            new BatchEvent.GivenUp(1, "one"),
            new BatchEvent.Refused(1, "one", "No."),
            new BatchEvent.CancelAsked(),
            new BatchEvent.Tick(),
            new BatchEvent.Settled())) {
      BatchMachine.Decision decision = machine.decide(batch, event, LATE);
      assertThat(decision.batch()).isEqualTo(batch);
      assertThat(decision.effects()).isEmpty();
    }
  }

  @Test
  void aCheckpointIsReadAsItWasWritten() {
    running(300);
    tell(new BatchEvent.Fed(250, 5000), START);
    for (int number = 1; number < 200; number += 3) {
      tell(answer(number, TerminalStatus.SUCCEEDED), START);
    }
    batch = batch.flushed(List.of(new Part(1, 2, 3)), List.of(new Part(4, 5, 6)), 77);
    assertThat(BatchCodec.decode(BatchCodec.encode(batch))).isEqualTo(batch);
    Batch refused = batch.refused(List.of(new InputFault("c", "m", null, null)));
    assertThat(BatchCodec.decode(BatchCodec.encode(refused))).isEqualTo(refused);
  }

  @Test
  void aCheckpointOfFiftyThousandRequestsIsSmall() {
    running(50_000);
    AnsweredLines lines = AnsweredLines.NONE;
    for (int number = 1; number <= 50_000; number += 2) {
      lines = lines.with(number);
    }
    assertThat(AnsweredLines.decode(lines.encode())).isEqualTo(lines);
    assertThat(lines.encode().length()).isLessThan(12_000);
  }

  @Test
  void onlyIdsThatItGivesAreItsOwn() {
    BatchOrder order = batch.order();
    assertThat(order.number(order.requestId(49_999))).isEqualTo(49_999);
    for (String foreign : List.of("b", "b.", "b.x", "bb.1", "c.1", "b.-1", "b.123456789", "")) {
      assertThat(order.number(foreign)).as(foreign).isZero();
    }
  }

  @Test
  void onlyTheBatchsOwnTenantAndIdAnswerItsRequests() {
    InferenceResult own =
        InferenceResult.newBuilder(result(1, TerminalStatus.SUCCEEDED)).setBatchId("b").build();
    BatchOrder order = batch.order();

    assertThat(order.isAnsweredBy(own)).isTrue();
    assertThat(order.isAnsweredBy(InferenceResult.newBuilder(own).setTenant("evil").build()))
        .isFalse();
    assertThat(order.isAnsweredBy(InferenceResult.newBuilder(own).setBatchId("c").build()))
        .isFalse();
    assertThat(order.isAnsweredBy(InferenceResult.newBuilder(own).clearBatchId().build()))
        .isFalse();
    assertThat(order.isAnsweredBy(InferenceResult.newBuilder(own).setId("b.x").build())).isFalse();
  }

  private void running(int requests) {
    tell(new BatchEvent.Judged(new InputVerdict.Accepted(requests, "m")), START);
  }

  private List<BatchEffect> tell(BatchEvent event, Instant now) {
    BatchMachine.Decision decision = machine.decide(batch, event, now);
    batch = decision.batch();
    return decision.effects();
  }

  private static BatchEvent answer(int number, TerminalStatus status) {
    return new BatchEvent.Answered(number, result(number, status));
  }

  private static InferenceResult result(int number, TerminalStatus status) {
    boolean succeeded = status == TerminalStatus.SUCCEEDED;
    return InferenceResult.newBuilder()
        .setId("b." + number)
        .setTenant("acme")
        .setEndpoint("/v1/completions")
        .setStatus(status)
        .setStatusCode(succeeded ? 200 : 500)
        .setBody(succeeded ? ByteBuffer.wrap(new byte[] {'1'}) : null)
        .setServiceClass(ServiceClass.BATCH)
        .setRequestedModel("m")
        .setAttempts(1)
        .setUsage(succeeded ? new TokenUsage(7L, 3L, 2L) : null)
        .setAcceptedAt(START)
        .setFinishedAt(START)
        .build();
  }
}
