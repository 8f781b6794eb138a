package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records as a cluster would hold them. */
public final class Samples {

  private static final Instant NOW = CliHarness.NOW;

  private Samples() {}

  static InferenceRequest request(String id) {
    return InferenceRequest.newBuilder()
        .setId(id)
        .setTenant("acme")
        .setEndpoint("/v1/embeddings")
        .setModel("minilm")
        .setBody(ByteBuffer.wrap("{\"input\":\"hi\"}".getBytes(UTF_8)))
        .setAttributes(Map.of("team", "search"))
        .build();
  }

  public static InferenceResult succeeded(InferenceRequest request) {
    return result(request, TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setBody(ByteBuffer.wrap("{\"data\":[1.5]}".getBytes(UTF_8)))
        .setUsage(
            TokenUsage.newBuilder()
                .setPromptTokens(3)
                .setCompletionTokens(0)
                .setCachedPromptTokens(0)
                .build())
        .build();
  }

  static InferenceResult failed(InferenceRequest request) {
    return result(request, TerminalStatus.FAILED)
        .setStatusCode(404)
        .setError(
            ResultError.newBuilder()
                .setType("invalid_request_error")
                .setCode("unknown_model")
                .setMessage("no model 'x'; see penstock models list")
                .setRetryable(false)
                .build())
        .build();
  }

  private static InferenceResult.Builder result(InferenceRequest request, TerminalStatus status) {
    return InferenceResult.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setStatus(status)
        .setServiceClass(request.getServiceClass().orElse(ServiceClass.STANDARD))
        .setRequestedModel(request.getModel())
        .setCustomId(request.getCustomId().orElse(null))
        .setAttempts(1)
        .setAcceptedAt(NOW.minusMillis(1500))
        .setFinishedAt(NOW);
  }

  static RequestStatus status(
      String id, RequestState state, ServiceClass serviceClass, long secondsAgo) {
    return RequestStatus.newBuilder()
        .setId(id)
        .setState(state)
        .setTenant("acme")
        .setServiceClass(serviceClass)
        .setModel("minilm")
        .setChangedAt(NOW.minusSeconds(secondsAgo))
        .build();
  }

  static WorkerDemand demand(
      String worker, String session, long sequence, long limit, long received) {
    return WorkerDemand.newBuilder()
        .setWorkerId(worker)
        .setSession(session)
        .setSequence(sequence)
        .setState(WorkerState.ACTIVE)
        .setModels(List.of("minilm"))
        .setLeaseLimit(limit)
        .setLeasesReceived(received)
        .setSlots(4)
        .setRunning(1)
        .setEngine("embedding/test")
        .setPrefillTokensPerSecond(1234.4)
        .setStartedAt(NOW.minusSeconds(60))
        .setSentAt(NOW.minusMillis(500))
        .build();
  }

  static DeadLetter.Builder deadLetter(String id) {
    return DeadLetter.newBuilder()
        .setRequestId(id)
        .setTenant("acme")
        .setStage("dispatch")
        .setFailure(
            Failure.newBuilder()
                .setCategory(FailureCategory.RETRYABLE)
                .setCode("engine_error")
                .setMessage("the engine answered 500; look at its log")
                .build())
        .setAttempts(3)
        .setSourceTopic("penstock.work.batch")
        .setSourcePartition(0)
        .setSourceOffset(0)
        .setDeadAt(NOW.minus(Duration.ofMinutes(2)));
  }

  static ScoredRequest scored(InferenceRequest request) {
    return ScoredRequest.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setRequestedModel(request.getModel())
        .setChoice(
            ModelChoice.newBuilder()
                .setModel("minilm")
                .setReason("name")
                .setAlternatives(Map.of())
                .build())
        .setServiceClass(ServiceClass.BATCH)
        .setCreatedAt(NOW)
        .setAcceptedAt(NOW)
        .setScoredAt(NOW)
        .setFirstTokenBy(NOW)
        .setDeadline(NOW)
        .setPromptTokens(3)
        .setPredictedOutputTokens(0)
        .setMaxOutputTokens(0)
        .setRequest(request)
        .build();
  }
}
