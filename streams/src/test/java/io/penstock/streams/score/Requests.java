package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.complexity.ComplexityArtefact;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import io.penstock.streams.score.model.RoutingChooser;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RequestLimits;
import io.penstock.streams.score.request.RequestValidator;
import io.penstock.streams.score.request.Validation;
import io.penstock.streams.score.service.ServiceLevels;
import io.penstock.streams.score.tokens.PromptTokenEstimator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Requests, models and parts that tests begin with. */
public final class Requests {

  public static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  /**
   * Settings with one partition of requests, in which every id is at home, as in the test driver.
   */
  public static final TopicSettings SETTINGS =
      new TopicSettings(
          TopicSettings.DEFAULT.names(),
          TopicSettings.DEFAULT.modelPartitions(),
          1,
          TopicSettings.DEFAULT.replicationFactor(),
          TopicSettings.DEFAULT.maxDeadline(),
          TopicSettings.DEFAULT.resultRetention(),
          TopicSettings.DEFAULT.maxRequestBytes());

  public static final RequestLimits LIMITS = new RequestLimits(Duration.ofDays(7), 100_000);
  public static final PromptTokenEstimator TOKENS = new PromptTokenEstimator();

  public static final Complexity COMPLEXITY =
      Complexity.of(
          new LinearComplexityPredictor(ComplexityArtefact.shipped()),
          new RoutingGoal.QualityFloor(0.8),
          false);

  private Requests() {}

  public static InferenceRequest.Builder chat() {
    return chat("{\"messages\":[{\"role\":\"user\",\"content\":\"What is a penstock?\"}]}");
  }

  public static InferenceRequest.Builder chat(String body) {
    return request("/v1/chat/completions", body);
  }

  public static InferenceRequest.Builder request(String endpoint, String body) {
    return InferenceRequest.newBuilder()
        .setId("request-1")
        .setTenant("acme")
        .setEndpoint(endpoint)
        .setModel("talker")
        .setBody(bytes(body));
  }

  public static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public static Arrival arrival(InferenceRequest request) {
    return new Arrival(request, Optional.of(request.getId()), ServiceClass.INTERACTIVE, NOW);
  }

  public static ModelSpec.Builder model(String name) {
    return ModelSpec.newBuilder()
        .setName(name)
        .setEndpoints(List.of("/v1/chat/completions", "/v1/completions"))
        .setContextWindow(4_096)
        .setMaxOutputTokens(1_024)
        .setUpdatedAt(NOW);
  }

  public static ModelSpec.Builder embedder() {
    return model("embedder")
        .setEndpoints(List.of("/v1/embeddings"))
        .setContextWindow(512)
        .setMaxOutputTokens(0);
  }

  public static RequestScorer scorer(RequestLimits limits) {
    return new RequestScorer(
        new RequestValidator(limits),
        chooser(),
        TOKENS,
        new OutputLengthPredictor(100),
        ServiceLevels.DEFAULT,
        SETTINGS.modelPartitions());
  }

  /** A chooser that has learnt nothing, with the shipped predictor. */
  public static RoutingChooser chooser() {
    return new RoutingChooser(
        new OutputLengthPredictor(100),
        COMPLEXITY,
        ServiceLevels.DEFAULT,
        SETTINGS.modelPartitions());
  }

  /** A valid request as the chooser gets it. */
  public static ParsedRequest parsed(InferenceRequest request, ServiceClass serviceClass) {
    Arrival arrival = new Arrival(request, Optional.of(request.getId()), serviceClass, NOW);
    return switch (new RequestValidator(LIMITS).validate(arrival)) {
      case Validation.Valid(ParsedRequest valid) -> valid;
      case Validation.Invalid(Refusal refusal) ->
          throw new IllegalArgumentException(refusal.message());
    };
  }

  public static PromptMeter meter(ParsedRequest request) {
    return PromptMeter.of(TOKENS, request.body().prompts());
  }
}
