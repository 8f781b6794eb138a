package io.penstock.broker.messages;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.Tally;
import java.time.Instant;
import java.util.Optional;

/** Anthropic's message batch object. */
final class MessageBatchJson {

  private MessageBatchJson() {}

  static ObjectNode of(Batch batch) {
    String id = batch.order().id();
    boolean ended = batch.status().isTerminal();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("type", "message_batch")
            .put("processing_status", status(batch));
    json.set("request_counts", counts(batch));
    return json.put("ended_at", ended ? time(batch.reachedAt(batch.status())) : null)
        .put("created_at", batch.order().createdAt().toString())
        .put("expires_at", batch.order().expiresAt().toString())
        .putNull("archived_at")
        .put("cancel_initiated_at", time(batch.reachedAt(BatchStatus.CANCELLING)))
        .put("results_url", ended ? "/v1/messages/batches/%s/results".formatted(id) : null);
  }

  private static String status(Batch batch) {
    return switch (batch.status()) {
      case VALIDATING, IN_PROGRESS, FINALIZING -> "in_progress";
      case CANCELLING -> "canceling";
      case COMPLETED, FAILED, EXPIRED, CANCELLED -> "ended";
    };
  }

  /** As Anthropic has it, they leave {@code processing} together, when the batch ends. */
  private static ObjectNode counts(Batch batch) {
    Tally tally = batch.status().isTerminal() ? batch.tally() : Tally.ZERO;
    int errored = tally.failed() - tally.expired() - tally.cancelled();
    if (batch.status() == BatchStatus.FAILED) {
      // Its results are lost.
      tally = Tally.ZERO;
      errored = batch.total();
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("processing", batch.status().isTerminal() ? 0 : batch.total())
        .put("succeeded", tally.completed())
        .put("errored", errored)
        .put("canceled", tally.cancelled())
        .put("expired", tally.expired());
  }

  private static @org.jspecify.annotations.Nullable String time(Optional<Instant> at) {
    return at.map(Instant::toString).orElse(null);
  }
}
