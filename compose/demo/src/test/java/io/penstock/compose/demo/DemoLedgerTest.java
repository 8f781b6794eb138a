package io.penstock.compose.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DemoLedgerTest {

  private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

  private final DemoLedger ledger = new DemoLedger();

  @Test
  void oneResultForEachRequestIsFlawless() {
    submit("a", "b");
    ledger.result(result("a", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 10, 20));
    ledger.result(result("b", ServiceClass.INTERACTIVE, TerminalStatus.SUCCEEDED, 5, 2000));
    DemoReport report = ledger.report();
    assertThat(report.flawless()).isTrue();
    assertThat(report.succeeded()).isEqualTo(2);
    assertThat(report.tokens()).isEqualTo(14);
    assertThat(report.requestsPerSecond()).isCloseTo(1.0, within(1e-9));
    assertThat(report.engine()).contains("embedding/test");
  }

  @Test
  void aRequestWithoutAResultIsLostAndNamed() {
    submit("a", "b");
    ledger.result(result("a", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 10, 20));
    DemoReport report = ledger.report();
    assertThat(report.lost()).isEqualTo(1);
    assertThat(report.someLostIds()).containsExactly("b");
    assertThat(report.flawless()).isFalse();
  }

  @Test
  void whatOnlyRepeatsAResultIsNeitherOneNorADuplicate() {
    submit("a");
    InferenceResult result = result("a", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 10, 20);
    for (Repetition repetition : Repetition.values()) {
      ledger.result(InferenceResult.newBuilder(result).setRepetition(repetition).build());
    }
    assertThat(ledger.report().succeeded()).isZero();
    ledger.result(result);
    assertThat(ledger.report().flawless()).isTrue();
  }

  @Test
  void aSecondResultOfARequestIsADuplicateAndNoSuccess() {
    submit("a");
    InferenceResult result = result("a", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 10, 20);
    ledger.result(result);
    ledger.result(result);
    DemoReport report = ledger.report();
    assertThat(report.duplicates()).isEqualTo(1);
    assertThat(report.succeeded()).isEqualTo(1);
    assertThat(report.lost()).isZero();
    assertThat(report.flawless()).isFalse();
  }

  @Test
  void aResultThatNobodyAskedForIsNotTakenForAnAnswer() {
    submit("a");
    ledger.result(result("stranger", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 10, 20));
    assertThat(ledger.answered()).isZero();
    assertThat(ledger.report().duplicates()).isEqualTo(1);
  }

  @Test
  void expiredAndCancelledCountAsFailed() {
    submit("a", "b", "c");
    ledger.result(result("a", ServiceClass.BATCH, TerminalStatus.EXPIRED, 10, 20));
    ledger.result(result("b", ServiceClass.BATCH, TerminalStatus.CANCELLED, 10, 20));
    ledger.result(result("c", ServiceClass.BATCH, TerminalStatus.FAILED, 10, 20));
    DemoReport report = ledger.report();
    assertThat(report.failed()).isEqualTo(3);
    assertThat(report.firstFailure()).contains("EXPIRED");
    assertThat(report.flawless()).isFalse();
  }

  @Test
  void queueingIsMeasuredByClassFromAcceptanceToEngineStart() {
    submit("a", "b");
    ledger.result(result("a", ServiceClass.INTERACTIVE, TerminalStatus.SUCCEEDED, 7, 20));
    ledger.result(result("b", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 4000, 5000));
    DemoReport report = ledger.report();
    assertThat(report.interactiveQueue().orElseThrow().p50()).isCloseTo(7, within(0.01));
    assertThat(report.batchQueue().orElseThrow().p99()).isCloseTo(4000, within(4.0));
  }

  @Test
  void anEmptyRunIsNotFlawless() {
    assertThat(ledger.report().flawless()).isFalse();
  }

  @Test
  void anIdIsSubmittedOnce() {
    submit("a");
    assertThatThrownBy(() -> submit("a")).hasMessageContaining("submitted twice");
  }

  @Test
  void jsonHasTheDocumentedFieldsInOrder() {
    submit("a");
    ledger.result(result("a", ServiceClass.BATCH, TerminalStatus.SUCCEEDED, 7, 1000));
    assertThat(ledger.report().toJson())
        .hasToString(
            "{\"submitted\":1,\"succeeded\":1,\"failed\":0,\"lost\":0,\"duplicates\":0,"
                + "\"requests_per_s\":1.0,\"interactive_queue_ms\":null,"
                + "\"batch_queue_ms\":{\"p50\":7.0,\"p99\":7.0},\"tokens\":7,"
                + "\"engine\":\"embedding/test\"}");
  }

  @Property(tries = 200)
  void everySubmittedRequestIsSucceededFailedOrLostAndExtraResultsAreDuplicates(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 3) Integer> resultsOfEach) {
    DemoLedger books = new DemoLedger();
    long duplicates = 0;
    long lost = 0;
    for (int i = 0; i < resultsOfEach.size(); i++) {
      books.submitted("r" + i, T0);
      int results = resultsOfEach.get(i);
      for (int k = 0; k < results; k++) {
        books.result(
            result(
                "r" + i,
                ServiceClass.BATCH,
                i % 2 == 0 ? TerminalStatus.SUCCEEDED : TerminalStatus.FAILED,
                1,
                2));
      }
      duplicates += Math.max(0, results - 1);
      lost += results == 0 ? 1 : 0;
    }
    DemoReport report = books.report();
    assertThat(report.submitted()).isEqualTo(resultsOfEach.size());
    assertThat(report.lost()).isEqualTo(lost);
    assertThat(report.duplicates()).isEqualTo(duplicates);
    assertThat(report.succeeded() + report.failed() + report.lost()).isEqualTo(report.submitted());
  }

  private void submit(String... ids) {
    for (String id : ids) {
      ledger.submitted(id, T0);
    }
  }

  private static InferenceResult result(
      String id, ServiceClass serviceClass, TerminalStatus status, long startMs, long endMs) {
    return InferenceResult.newBuilder()
        .setId(id)
        .setTenant("default")
        .setEndpoint("/v1/embeddings")
        .setStatus(status)
        .setStatusCode(200)
        .setServiceClass(serviceClass)
        .setRequestedModel("m")
        .setAttempts(1)
        .setEngine("embedding/test")
        .setUsage(
            TokenUsage.newBuilder()
                .setPromptTokens(7)
                .setCompletionTokens(0)
                .setCachedPromptTokens(0)
                .build())
        .setAcceptedAt(T0)
        .setStartedAt(T0.plus(Duration.ofMillis(startMs)))
        .setFinishedAt(T0.plus(Duration.ofMillis(endMs)))
        .build();
  }
}
