package io.penstock.broker.batches.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchEvent;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.blobs.BlobName;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final Duration SERVICE = Duration.ofMillis(50);

  private final BatchMachine machine = new BatchMachine(Duration.ofMinutes(2));

  @Test
  void aBatchBeginsWithWhatWorkersHaveRoomFor() {
    Progress progress = new Progress(model -> model.equals("m") ? 300 : 0, START);
    assertThat(progress.room(batch("24h", "m"))).isEqualTo(300);
    assertThat(new Progress(_ -> 300, START).room(batch("24h", null))).isEqualTo(32);
  }

  @Test
  void theWindowStaysWhereRequestsWaitForLongBeforeDispatchHasThem() {
    assertThat(windowAfter(Duration.ofSeconds(10), Duration.ZERO)).isEqualTo(32);
  }

  @Test
  void theWindowGrowsWhereRequestsAreSoonDone() {
    assertThat(windowAfter(Duration.ofSeconds(1), Duration.ZERO)).isEqualTo(64);
  }

  @Test
  void theWindowGrowsHoweverFarTheClockOfDispatchIsOff() {
    assertThat(windowAfter(Duration.ofSeconds(1), Duration.ofHours(1))).isEqualTo(64);
    assertThat(windowAfter(Duration.ofSeconds(1), Duration.ofHours(-1))).isEqualTo(64);
  }

  @Test
  void theEndOfTheWindowStandsForAllThatIsLater() {
    Batch batch = batch("1m", "m");
    Progress progress = new Progress(_ -> 0, START);
    Instant now = START;
    for (int number = 1; number <= 10; number++) {
      now = now.plusSeconds(1);
      batch = answered(progress, batch, number, now, Duration.ZERO);
      progress.upTo(batch, now);
    }
    assertThat(progress.completion(batch, now)).hasValue(batch.order().expiresAt());
  }

  /** The room after sixteen requests that took so long, most of it before they were leased. */
  private int windowAfter(Duration took, Duration clockOff) {
    Batch batch = batch("24h", "m");
    Progress progress = new Progress(_ -> 0, START);
    int window = progress.room(batch);
    for (int number = 1; number <= window; number++) {
      batch = machine.decide(batch, new BatchEvent.Fed(number, number), START).batch();
      progress.fed(number, START);
    }
    for (int number = 1; number <= 16; number++) {
      batch = answered(progress, batch, number, START.plus(took), clockOff);
    }
    return progress.room(batch) + batch.outstanding();
  }

  private Batch answered(
      Progress progress, Batch batch, int number, Instant now, Duration clockOff) {
    Instant finished = now.plus(clockOff);
    InferenceResult result =
        InferenceResult.newBuilder()
            .setId(batch.order().requestId(number))
            .setTenant("acme")
            .setEndpoint("/v1/completions")
            .setStatus(TerminalStatus.EXPIRED)
            .setStatusCode(408)
            .setServiceClass(ServiceClass.BATCH)
            .setRequestedModel("m")
            .setAttempts(1)
            .setAcceptedAt(finished.minus(SERVICE))
            .setQueuedAt(finished.minus(SERVICE))
            .setLeasedAt(finished.minus(SERVICE))
            .setFinishedAt(finished)
            .build();
    progress.heard(result, number, batch.fed(), now);
    return machine.decide(batch, new BatchEvent.Answered(number, result), now).batch();
  }

  private static Batch batch(String window, @Nullable String model) {
    BatchOrder order =
        new BatchOrder(
            "batch_1",
            "acme",
            "/v1/completions",
            "file-in",
            BlobName.of("files", "in"),
            CompletionWindow.of(window).orElseThrow(),
            Map.of(),
            null,
            "file-out",
            "file-err",
            START,
            Optional.empty(),
            BatchOrigin.PLAIN);
    return Batch.accepted(order, 0, 10_000, model);
  }
}
