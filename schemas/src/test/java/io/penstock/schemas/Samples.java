package io.penstock.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Records for tests. */
public final class Samples {

  public static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456Z");

  private Samples() {}

  public static InferenceRequest request(String id) {
    return request(id, "{\"input\":\"hello\"}");
  }

  public static InferenceRequest request(String id, String body) {
    return InferenceRequest.newBuilder()
        .setId(id)
        .setEndpoint("/v1/embeddings")
        .setModel("mini")
        .setBody(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)))
        .setDeadline(NOW.plusSeconds(60))
        .setServiceClass(ServiceClass.STANDARD)
        .build();
  }

  public static ScoredRequest scored(InferenceRequest request) {
    return ScoredRequest.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setRequestedModel(request.getModel())
        .setChoice(
            ModelChoice.newBuilder()
                .setModel("all-minilm")
                .setReason("alias of all-minilm")
                .build())
        .setServiceClass(ServiceClass.STANDARD)
        .setCreatedAt(NOW)
        .setAcceptedAt(NOW.plusMillis(1))
        .setScoredAt(NOW.plusMillis(2))
        .setFirstTokenBy(NOW.plusSeconds(2))
        .setDeadline(NOW.plusSeconds(60))
        .setPromptTokens(3)
        .setPredictedOutputTokens(0)
        .setMaxOutputTokens(0)
        .setPrefixHash(42L)
        .setCustomId("mine")
        .setAttempts(1)
        .setRequest(request)
        .build();
  }

  public static InferenceResult result(String id) {
    return InferenceResult.newBuilder()
        .setId(id)
        .setTenant("default")
        .setEndpoint("/v1/embeddings")
        .setStatus(TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setBody(ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)))
        .setServiceClass(ServiceClass.STANDARD)
        .setRequestedModel("mini")
        .setAttempts(1)
        .setAcceptedAt(NOW)
        .setFinishedAt(NOW.plusSeconds(1))
        .build();
  }

  public static ModelSpec.Builder model(String name) {
    return ModelSpec.newBuilder()
        .setName(name)
        .setEndpoints(List.of("/v1/chat/completions"))
        .setContextWindow(8192)
        .setMaxOutputTokens(1024)
        .setUpdatedAt(NOW);
  }
}
