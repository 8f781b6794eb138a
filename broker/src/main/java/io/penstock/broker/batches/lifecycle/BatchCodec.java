package io.penstock.broker.batches.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.blobs.BlobName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a checkpoint. Times are milliseconds since 1970. A field that is not known is
 * ignored, so that an older instance can read what a newer one wrote.
 */
public final class BatchCodec {

  private static final ObjectMapper JSON = new ObjectMapper();

  private BatchCodec() {}

  /** The batch as JSON in UTF-8. */
  public static byte[] encode(Batch batch) {
    ObjectNode json = JSON.createObjectNode();
    json.set("order", order(batch.order()));
    json.put("status", batch.status().name());
    ObjectNode reached = json.putObject("reached");
    new EnumMap<>(batch.reached())
        .forEach((status, at) -> reached.put(status.name(), at.toEpochMilli()));
    json.put("total", batch.total());
    json.put("model", batch.model());
    json.put("fed", batch.fed());
    json.put("fedOffset", batch.fedOffset());
    // Nobody asks a finished batch which of its requests have a line.
    json.put("answered", batch.status().isTerminal() ? "" : batch.answered().encode());
    json.put("resultsOffset", batch.resultsOffset());
    json.set("output", parts(batch.outputParts()));
    json.set("errors", parts(batch.errorParts()));
    json.set("tally", tally(batch.tally()));
    json.set("faults", faults(batch.faults()));
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
  }

  /**
   * What {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static Batch decode(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      Map<BatchStatus, Instant> reached = new EnumMap<>(BatchStatus.class);
      for (Map.Entry<String, JsonNode> each : json.path("reached").properties()) {
        reached.put(
            BatchStatus.valueOf(each.getKey()), Instant.ofEpochMilli(each.getValue().asLong()));
      }
      String answered = json.path("answered").asText();
      return new Batch(
          order(json.path("order")),
          BatchStatus.valueOf(json.path("status").asText()),
          reached,
          json.path("total").asInt(),
          text(json, "model"),
          json.path("fed").asInt(),
          json.path("fedOffset").asLong(),
          answered.isEmpty() ? AnsweredLines.NONE : AnsweredLines.decode(answered),
          json.path("resultsOffset").asLong(),
          parts(json.path("output")),
          parts(json.path("errors")),
          tally(json.path("tally")),
          faults(json.path("faults")));
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the checkpoint of a batch is damaged", malformed);
    }
  }

  private static ObjectNode order(BatchOrder order) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", order.id());
    json.put("tenant", order.tenant());
    json.put("endpoint", order.endpoint());
    json.put("inputFile", order.inputFile());
    json.put("inputBlob", order.inputBlob().value());
    json.put("window", order.window().text());
    ObjectNode metadata = json.putObject("metadata");
    order.metadata().forEach(metadata::put);
    if (order.outputExpiresAfter() != null) {
      json.put("outputExpiresAfter", order.outputExpiresAfter().toSeconds());
    }
    json.put("outputFile", order.outputFile());
    json.put("errorFile", order.errorFile());
    json.put("createdAt", order.createdAt().toEpochMilli());
    order.webhook().ifPresent(id -> json.put("webhook", id));
    json.putObject("origin")
        .put("api", order.origin().api().name())
        .put("keyId", order.origin().keyId())
        .put("repeatKey", order.origin().repeatKey())
        .put("fingerprint", order.origin().fingerprint());
    return json;
  }

  private static BatchOrigin origin(JsonNode json) {
    return json.isObject()
        ? new BatchOrigin(
            BatchOrigin.Api.valueOf(json.path("api").asText()),
            text(json, "keyId"),
            text(json, "repeatKey"),
            text(json, "fingerprint"))
        : BatchOrigin.PLAIN;
  }

  private static BatchOrder order(JsonNode json) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : json.path("metadata").properties()) {
      metadata.put(each.getKey(), each.getValue().asText());
    }
    return new BatchOrder(
        json.path("id").asText(),
        json.path("tenant").asText(),
        json.path("endpoint").asText(),
        json.path("inputFile").asText(),
        new BlobName(json.path("inputBlob").asText()),
        CompletionWindow.of(json.path("window").asText())
            .orElseThrow(
                () -> new IllegalArgumentException("the checkpoint of a batch has no window")),
        metadata,
        json.has("outputExpiresAfter")
            ? Duration.ofSeconds(json.path("outputExpiresAfter").asLong())
            : null,
        json.path("outputFile").asText(),
        json.path("errorFile").asText(),
        Instant.ofEpochMilli(json.path("createdAt").asLong()),
        Optional.ofNullable(text(json, "webhook")),
        origin(json.path("origin")));
  }

  /** Three numbers a part. */
  private static ArrayNode parts(List<Part> parts) {
    ArrayNode json = JSON.createArrayNode();
    parts.forEach(part -> json.add(part.epoch()).add(part.sequence()).add(part.bytes()));
    return json;
  }

  private static List<Part> parts(JsonNode json) {
    List<Part> parts = new ArrayList<>();
    for (int at = 0; at + 2 < json.size(); at += 3) {
      parts.add(
          new Part(json.get(at).asLong(), json.get(at + 1).asLong(), json.get(at + 2).asLong()));
    }
    return parts;
  }

  private static ArrayNode tally(Tally tally) {
    return JSON.createArrayNode()
        .add(tally.completed())
        .add(tally.failed())
        .add(tally.expired())
        .add(tally.cancelled())
        .add(tally.inputTokens())
        .add(tally.cachedTokens())
        .add(tally.outputTokens());
  }

  private static Tally tally(JsonNode json) {
    return new Tally(
        json.path(0).asInt(),
        json.path(1).asInt(),
        json.path(2).asInt(),
        json.path(3).asInt(),
        json.path(4).asLong(),
        json.path(5).asLong(),
        json.path(6).asLong());
  }

  private static ArrayNode faults(List<InputFault> faults) {
    ArrayNode json = JSON.createArrayNode();
    for (InputFault fault : faults) {
      json.addObject()
          .put("code", fault.code())
          .put("message", fault.message())
          .put("line", fault.line())
          .put("param", fault.param());
    }
    return json;
  }

  private static List<InputFault> faults(JsonNode json) {
    List<InputFault> faults = new ArrayList<>();
    for (JsonNode each : json) {
      faults.add(
          new InputFault(
              each.path("code").asText(),
              each.path("message").asText(),
              each.hasNonNull("line") ? each.get("line").asLong() : null,
              text(each, "param")));
    }
    return faults;
  }

  private static @Nullable String text(JsonNode json, String field) {
    return json.hasNonNull(field) ? json.get(field).asText() : null;
  }
}
