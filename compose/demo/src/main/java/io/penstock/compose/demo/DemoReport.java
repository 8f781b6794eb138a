package io.penstock.compose.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * The result of a demo.
 *
 * @param submitted requests produced
 * @param succeeded requests whose result is SUCCEEDED
 * @param failed requests whose result is FAILED, EXPIRED or CANCELLED
 * @param lost requests without a result
 * @param duplicates results beyond the first of their request, and results nobody asked for
 * @param requestsPerSecond answered requests over the time from the first submission to the last
 *     result
 * @param interactiveQueue from the log accepting an interactive request to the engine starting it
 * @param batchQueue the same for batch
 * @param tokens prompt and completion tokens that the engine counted
 * @param engine the engine's kind and version, as the first result that has one names it
 * @param firstFailure why the first failed request failed, for a person
 * @param someLostIds a few ids of lost requests, for a person
 */
public record DemoReport(
    long submitted,
    long succeeded,
    long failed,
    long lost,
    long duplicates,
    double requestsPerSecond,
    Optional<QueueMillis> interactiveQueue,
    Optional<QueueMillis> batchQueue,
    long tokens,
    Optional<String> engine,
    Optional<String> firstFailure,
    List<String> someLostIds) {

  /** Quantiles of the time a request waited before its engine started, in milliseconds. */
  public record QueueMillis(double p50, double p99) {}

  public DemoReport {
    someLostIds = List.copyOf(someLostIds);
  }

  /** Returns whether every request was answered exactly once, and successfully. */
  public boolean flawless() {
    return submitted > 0 && failed == 0 && lost == 0 && duplicates == 0;
  }

  /**
   * The stable JSON form: {@code submitted, succeeded, failed, lost, duplicates, requests_per_s,
   * interactive_queue_ms{p50,p99}, batch_queue_ms{p50,p99}, tokens, engine}. A class without a
   * started request is null, and so is the engine without one.
   */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("submitted", submitted)
            .put("succeeded", succeeded)
            .put("failed", failed)
            .put("lost", lost)
            .put("duplicates", duplicates)
            .put("requests_per_s", rounded(requestsPerSecond));
    put(json, "interactive_queue_ms", interactiveQueue);
    put(json, "batch_queue_ms", batchQueue);
    return json.put("tokens", tokens).put("engine", engine.orElse(null));
  }

  private static void put(ObjectNode json, String name, Optional<QueueMillis> queue) {
    if (queue.isEmpty()) {
      json.putNull(name);
      return;
    }
    json.putObject(name)
        .put("p50", rounded(queue.get().p50()))
        .put("p99", rounded(queue.get().p99()));
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
