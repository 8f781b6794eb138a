package io.penstock.broker.batches;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.Tally;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * OpenAI's batch object. What has no value is left out, as OpenAI's schema has it. One field is
 * ours: {@code estimated_completion_at}.
 */
final class BatchJson {

  private BatchJson() {}

  static ObjectNode of(Batch batch, Optional<Instant> estimatedCompletion) {
    BatchOrder order = batch.order();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", order.id())
            .put("object", "batch")
            .put("endpoint", order.endpoint());
    if (batch.model() != null) {
      json.put("model", batch.model());
    }
    if (!batch.faults().isEmpty()) {
      json.set("errors", errors(batch.faults()));
    }
    json.put("input_file_id", order.inputFile())
        .put("completion_window", order.window().text())
        .put("status", batch.status().wire());
    if (batch.status().isTerminal()) {
      files(batch, json);
    }
    times(batch, json);
    estimatedCompletion.ifPresent(
        at -> json.put("estimated_completion_at", wholeSeconds(at, order.expiresAt())));
    json.set("request_counts", counts(batch));
    json.set("usage", usage(batch.tally()));
    ObjectNode metadata = json.putObject("metadata");
    order.metadata().forEach(metadata::put);
    return json;
  }

  /** A promise rounded up, so that it is not past when it is read; never after the window. */
  private static long wholeSeconds(Instant promised, Instant closes) {
    return Math.min(promised.plusNanos(999_999_999).getEpochSecond(), closes.getEpochSecond());
  }

  private static void files(Batch batch, ObjectNode json) {
    if (!batch.outputParts().isEmpty()) {
      json.put("output_file_id", batch.order().outputFile());
    }
    if (!batch.errorParts().isEmpty()) {
      json.put("error_file_id", batch.order().errorFile());
    }
  }

  private static void times(Batch batch, ObjectNode json) {
    json.put("created_at", batch.order().createdAt().getEpochSecond());
    json.put("expires_at", batch.order().expiresAt().getEpochSecond());
    for (BatchStatus status : BatchStatus.values()) {
      if (status != BatchStatus.VALIDATING) {
        batch
            .reachedAt(status)
            .ifPresent(at -> json.put(status.wire() + "_at", at.getEpochSecond()));
      }
    }
  }

  private static ObjectNode errors(List<InputFault> faults) {
    ObjectNode errors = JsonNodeFactory.instance.objectNode().put("object", "list");
    ArrayNode data = errors.putArray("data");
    for (InputFault fault : faults) {
      data.addObject()
          .put("code", fault.code())
          .put("message", fault.message())
          .put("line", fault.line())
          .put("param", fault.param());
    }
    return errors;
  }

  private static ObjectNode counts(Batch batch) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("total", batch.total())
        .put("completed", batch.tally().completed())
        .put("failed", batch.tally().failed());
  }

  private static ObjectNode usage(Tally tally) {
    ObjectNode usage =
        JsonNodeFactory.instance.objectNode().put("input_tokens", tally.inputTokens());
    usage.putObject("input_tokens_details").put("cached_tokens", tally.cachedTokens());
    usage.put("output_tokens", tally.outputTokens());
    // Engines count them among the others.
    usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
    return usage.put("total_tokens", tally.inputTokens() + tally.outputTokens());
  }
}
