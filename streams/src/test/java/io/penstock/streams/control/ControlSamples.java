package io.penstock.streams.control;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records as the control loop meets them. */
public final class ControlSamples {

  public static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  public static final String MODEL = "llama";
  public static final String OLD = "blue";
  public static final String NEW = "green";

  private ControlSamples() {}

  /** A model with the old variant active and the new one in shadow. */
  public static ModelSpec model() {
    return ModelSpec.newBuilder()
        .setName(MODEL)
        .setEndpoints(List.of("/v1/chat/completions"))
        .setContextWindow(8192)
        .setMaxOutputTokens(1024)
        .setVariants(
            List.of(
                ModelVariant.newBuilder().setName(OLD).setWeight(7).build(),
                ModelVariant.newBuilder().setName(NEW).setState("shadow").setWeight(0).build()))
        .setUpdatedAt(NOW)
        .build();
  }

  /** A success of a variant after 200 ms, 100 ms to the first token. */
  public static InferenceResult.Builder result(String id, @Nullable String variant, Instant at) {
    return InferenceResult.newBuilder()
        .setId(id)
        .setTenant("acme")
        .setEndpoint("/v1/chat/completions")
        .setStatus(TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setBody(answer("hello world"))
        .setServiceClass(ServiceClass.STANDARD)
        .setRequestedModel(MODEL)
        .setChoice(choice(variant).build())
        .setAttempts(1)
        .setUsage(new TokenUsage(100L, 20L, 0L))
        .setCost(0.01)
        .setAcceptedAt(at.minusMillis(200))
        .setStartedAt(at.minusMillis(150))
        .setFirstTokenAt(at.minusMillis(100))
        .setEngineFinishedAt(at)
        .setFinishedAt(at);
  }

  public static InferenceResult.Builder failure(String id, @Nullable String variant, Instant at) {
    return result(id, variant, at)
        .setStatus(TerminalStatus.FAILED)
        .setStatusCode(500)
        .setBody(null);
  }

  public static ModelChoice.Builder choice(@Nullable String variant) {
    return ModelChoice.newBuilder().setModel(MODEL).setVariant(variant).setReason("exact name");
  }

  public static ByteBuffer answer(String text) {
    return ByteBuffer.wrap(
        "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"%s\"}}]}"
            .formatted(text)
            .getBytes(StandardCharsets.UTF_8));
  }

  /** A healthy target with 2 workers of 4 slots each. */
  public static FleetReport.Builder report(@Nullable String variant, Instant at) {
    return FleetReport.newBuilder()
        .setPartition(0)
        .setModel(MODEL)
        .setVariant(variant)
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(at)
        .setWorkers(2)
        .setSlots(8)
        .setLeased(0)
        .setStartedAt(at.minus(Duration.ofHours(1)))
        .setSentAt(at);
  }

  public static ClassBacklog backlog(ServiceClass serviceClass, long requests) {
    return ClassBacklog.newBuilder()
        .setServiceClass(serviceClass)
        .setRequests(requests)
        .setPromptTokens(requests * 1000)
        .setOutputTokens(requests * 100)
        .build();
  }

  public static Feedback feedback(String id, String source, double score, Instant at) {
    return Feedback.newBuilder()
        .setRequestId(id)
        .setScore(score)
        .setSource(source)
        .setGivenAt(at)
        .build();
  }
}
