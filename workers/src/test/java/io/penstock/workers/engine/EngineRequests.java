package io.penstock.workers.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Requests for tests of engines. */
public final class EngineRequests {

  private EngineRequests() {}

  public static EngineRequest embedding(String body) {
    return request("/v1/embeddings", body, 8, 0);
  }

  public static EngineRequest chat(long promptTokens, long maxOutputTokens) {
    return request(
        "/v1/chat/completions",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
        promptTokens,
        maxOutputTokens);
  }

  public static EngineRequest request(
      String endpoint, String body, long promptTokens, long maxOutputTokens) {
    return new EngineRequest(
        "r1",
        endpoint,
        "m",
        body.getBytes(StandardCharsets.UTF_8),
        promptTokens,
        maxOutputTokens,
        Instant.now().plus(Duration.ofMinutes(5)),
        null);
  }

  public static EngineRequest withDeadline(EngineRequest request, Instant deadline) {
    return new EngineRequest(
        request.id(),
        request.endpoint(),
        request.model(),
        request.body(),
        request.promptTokens(),
        request.maxOutputTokens(),
        deadline,
        request.traceparent());
  }

  public static EngineRequest withTrace(EngineRequest request, String traceparent) {
    return new EngineRequest(
        request.id(),
        request.endpoint(),
        request.model(),
        request.body(),
        request.promptTokens(),
        request.maxOutputTokens(),
        request.deadline(),
        traceparent);
  }

  public static EngineRequest withEndpoint(EngineRequest request, String endpoint) {
    return new EngineRequest(
        request.id(),
        endpoint,
        request.model(),
        request.body(),
        request.promptTokens(),
        request.maxOutputTokens(),
        request.deadline(),
        request.traceparent());
  }

  public static EngineRequest withBody(EngineRequest request, String body) {
    return new EngineRequest(
        request.id(),
        request.endpoint(),
        request.model(),
        body.getBytes(StandardCharsets.UTF_8),
        request.promptTokens(),
        request.maxOutputTokens(),
        request.deadline(),
        request.traceparent());
  }
}
