package io.penstock.workers.engine.simulated;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.JsonObjectBody;
import io.penstock.workers.engine.body.StreamOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Streams a simulated answer: a chunk for each token, then one with the reason of the end, then the
 * usage where the body asks for it. The tokens are filler that says so. Only the thread that runs
 * the request uses it.
 */
final class SimulatedStream {

  private final EngineRequest request;
  private final SimulatedWork work;
  private final String fingerprint;
  private final EngineListener listener;
  private final Instant createdAt;
  private final boolean usage;
  private int sent;

  SimulatedStream(
      EngineRequest request,
      SimulatedWork work,
      String fingerprint,
      EngineListener listener,
      Instant createdAt)
      throws InvalidBodyException {
    this.request = request;
    this.work = work;
    this.fingerprint = fingerprint;
    this.listener = listener;
    this.createdAt = createdAt;
    this.usage = StreamOptions.parse(request.body()).includeUsage();
  }

  /** Sends the tokens up to this number that were not sent. */
  void upTo(int tokens) {
    while (sent < tokens) {
      String token = SimulatedAnswer.token(sent++);
      listener.chunk(write(json -> choice(json, token, null)));
    }
  }

  /** Sends what is left. */
  void finish() {
    upTo(work.outputTokens());
    listener.chunk(write(json -> choice(json, "", "length")));
    if (usage) {
      listener.chunk(
          write(
              json -> {
                json.writeArrayFieldStart("choices");
                json.writeEndArray();
                json.writeObjectFieldStart("usage");
                json.writeNumberField("prompt_tokens", work.promptTokens());
                json.writeNumberField("completion_tokens", work.outputTokens());
                json.writeNumberField(
                    "total_tokens", (long) work.promptTokens() + work.outputTokens());
                json.writeEndObject();
              }));
    }
  }

  private void choice(JsonGenerator json, String token, @Nullable String reason)
      throws IOException {
    json.writeArrayFieldStart("choices");
    json.writeStartObject();
    json.writeNumberField("index", 0);
    if (isChat()) {
      json.writeObjectFieldStart("delta");
      if (sent == 1) {
        json.writeStringField("role", "assistant");
      }
      if (reason == null) {
        json.writeStringField("content", token);
      }
      json.writeEndObject();
    } else {
      json.writeStringField("text", token);
    }
    json.writeStringField("finish_reason", reason);
    json.writeEndObject();
    json.writeEndArray();
  }

  private boolean isChat() {
    return work instanceof SimulatedWork.Chat;
  }

  private byte[] write(Content content) {
    var bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JsonObjectBody.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("id", "simulated-" + request.id());
      json.writeStringField("object", isChat() ? "chat.completion.chunk" : "text_completion");
      json.writeNumberField("created", createdAt.getEpochSecond());
      json.writeStringField("model", request.model());
      json.writeStringField("system_fingerprint", fingerprint);
      content.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  @FunctionalInterface
  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }
}
