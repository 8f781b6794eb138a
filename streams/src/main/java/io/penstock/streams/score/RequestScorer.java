package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.body.OutputLimit;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.candidate.ModelFit;
import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.Home;
import io.penstock.streams.score.model.ModelChooser;
import io.penstock.streams.score.model.ModelSelection;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import io.penstock.streams.score.request.RequestValidator;
import io.penstock.streams.score.request.ReservedTenants;
import io.penstock.streams.score.request.TimeRule;
import io.penstock.streams.score.request.Validation;
import io.penstock.streams.score.service.ServiceLevels;
import io.penstock.streams.score.tokens.PromptTokenEstimator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Turns a request into a scored one, or says why not. Knows neither Kafka nor the clock. Instances
 * are thread-safe.
 *
 * @param modelPartitions the number of partitions of the work topics
 */
public record RequestScorer(
    RequestValidator validator,
    ModelChooser chooser,
    PromptTokenEstimator tokens,
    OutputLengthPredictor outputs,
    ServiceLevels levels,
    int modelPartitions) {

  private static final String REPEATED = "the model of the first request with this id";

  /**
   * Scores one request.
   *
   * @param context what is known when scoring happens, no earlier than the arrival
   * @param first where an earlier request with the same id was placed: this one follows, so that
   *     the two meet in dispatch even if aliases, weights or partitions have changed in between
   */
  public ScoringOutcome score(
      Arrival arrival, RoutingContext context, Optional<FirstDecision.Placed> first) {
    return switch (validator.validate(arrival)) {
      case Validation.Invalid(Refusal refusal) -> new ScoringOutcome.Refused(refusal);
      case Validation.Valid(ParsedRequest request) ->
          ReservedTenants.check(request.request(), context.routing().state())
              .<ScoringOutcome>map(ScoringOutcome.Refused::new)
              .orElseGet(() -> place(request, arrival.fingerprint(), context, first));
    };
  }

  private ScoringOutcome place(
      ParsedRequest request,
      long fingerprint,
      RoutingContext context,
      Optional<FirstDecision.Placed> first) {
    PromptMeter meter = PromptMeter.of(tokens, request.body().prompts());
    ModelSelection selection =
        first.isPresent()
            ? again(first.get(), request, context, meter)
            : chooser.choose(request, context, meter);
    return switch (selection) {
      case ModelSelection.NotChosen(Refusal refusal) -> new ScoringOutcome.Refused(refusal);
      case ModelSelection.Chosen chosen ->
          new ScoringOutcome.Scored(
              scored(request, fingerprint, chosen, context.now()),
              first
                  .map(FirstDecision.Placed::partition)
                  .filter(partition -> partition < modelPartitions)
                  .orElseGet(
                      () ->
                          ModelPartitions.of(
                              chosen.spec(), request.request().getId(), modelPartitions)));
    };
  }

  private static ModelSelection again(
      FirstDecision.Placed first,
      ParsedRequest request,
      RoutingContext context,
      PromptMeter meter) {
    Optional<ModelSpec> spec = context.catalog().resolve(first.model());
    if (spec.isEmpty()) {
      return new ModelSelection.NotChosen(
          new Refusal(
              RefusalCode.UNKNOWN_MODEL,
              "model",
              "model %s, which the first request with this id took, has been removed"
                  .formatted(first.model())));
    }
    return switch (ModelFit.of(request, spec.get(), meter)) {
      case ModelFit.Misfit(Refusal refusal) -> new ModelSelection.NotChosen(refusal);
      case ModelFit.Fits fit ->
          new ModelSelection.Chosen(
              ModelChoice.newBuilder()
                  .setModel(first.model())
                  .setVariant(first.variant().orElse(null))
                  .setReason(REPEATED)
                  .build(),
              spec.get(),
              fit,
              prices(first, spec.get(), context.now()),
              OptionalLong.empty(),
              Optional.empty(),
              List.of());
    };
  }

  private static Prices prices(FirstDecision.Placed first, ModelSpec spec, Instant now) {
    ModelVariant variant =
        first
            .variant()
            .flatMap(
                name ->
                    spec.getVariants().stream()
                        .filter(each -> each.getName().equals(name))
                        .findFirst())
            .orElse(null);
    return Prices.of(new ModelCandidate(spec, variant), now);
  }

  /**
   * A repetition that would be refused today, although the first request was not: its model may be
   * gone, or the deadline that it repeats be over. Dispatch knows the first one, and answers with
   * it. So nothing is estimated, and labels that may be at fault are left out.
   */
  ScoringOutcome.Scored unscored(Arrival arrival, FirstDecision.Placed first, Instant now) {
    InferenceRequest request = arrival.request();
    Instant acceptedAt = arrival.acceptedAt();
    Instant deadline = levels.deadline(arrival.topicClass(), acceptedAt, Optional.empty());
    return new ScoringOutcome.Scored(
        ScoredRequest.newBuilder()
            .setId(request.getId())
            .setTenant(request.getTenant())
            .setEndpoint(request.getEndpoint())
            .setRequestedModel(request.getModel())
            .setChoice(
                ModelChoice.newBuilder()
                    .setModel(first.model())
                    .setVariant(first.variant().orElse(null))
                    .setReason(REPEATED)
                    .build())
            .setServiceClass(arrival.topicClass())
            .setCreatedAt(acceptedAt)
            .setAcceptedAt(acceptedAt)
            .setScoredAt(now)
            .setFirstTokenBy(levels.firstTokenBy(arrival.topicClass(), acceptedAt, deadline))
            .setDeadline(deadline)
            .setPromptTokens(0)
            .setPredictedOutputTokens(0)
            .setMaxOutputTokens(0)
            .setFingerprint(arrival.fingerprint())
            .setRequest(
                InferenceRequest.newBuilder()
                    .setId(request.getId())
                    .setTenant(request.getTenant())
                    .setEndpoint(request.getEndpoint())
                    .setModel(request.getModel())
                    .setBody(request.getBody())
                    .build())
            .setReplyKey(Home.replyKey(request).orElse(null))
            .build(),
        first.partition());
  }

  private ScoredRequest scored(
      ParsedRequest parsed, long fingerprint, ModelSelection.Chosen chosen, Instant now) {
    InferenceRequest request = parsed.request();
    Instant acceptedAt = parsed.acceptedAt();
    Instant deadline = levels.deadline(parsed.serviceClass(), acceptedAt, request.getDeadline());
    long maxOutput = chosen.fit().maxOutput();
    String model = chosen.spec().getName();
    return ScoredRequest.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setRequestedModel(parsed.model())
        .setChoice(chosen.choice())
        .setServiceClass(parsed.serviceClass())
        // A requester's clock may run ahead of the log's.
        .setCreatedAt(
            TimeRule.created(request.getCreatedAt(), acceptedAt)
                .filter(c -> c.isBefore(acceptedAt))
                .orElse(acceptedAt))
        .setAcceptedAt(acceptedAt)
        .setScoredAt(now)
        .setFirstTokenBy(levels.firstTokenBy(parsed.serviceClass(), acceptedAt, deadline))
        .setDeadline(deadline)
        .setPromptTokens(chosen.fit().prompt().total())
        .setPredictedOutputTokens(outputs.predict(request.getTenant(), model, maxOutput))
        .setMaxOutputTokens(maxOutput)
        .setPrefixHash(PrefixHash.of(parsed).orElse(null))
        .setReplyTopic(request.getReplyTopic().orElse(null))
        .setBatchId(request.getBatchId().orElse(null))
        .setCustomId(request.getCustomId().orElse(null))
        .setInputPricePerMillion(chosen.prices().input())
        .setOutputPricePerMillion(chosen.prices().output())
        .setNotBefore(chosen.notBefore().orElse(null))
        .setAlternatives(chosen.alternatives())
        .setFingerprint(fingerprint)
        .setRequest(limited(parsed, chosen))
        .setReplyKey(request.getReplyKey().orElse(null))
        .setWebhook(request.getWebhook().orElse(null))
        .setStream(request.getStream())
        .build();
  }

  /**
   * The request as it came, but for the limit of output, where overload lowered it or a price was
   * promised with it: engines read it from the body.
   */
  private static InferenceRequest limited(ParsedRequest parsed, ModelSelection.Chosen chosen) {
    InferenceRequest request = parsed.request();
    return chosen.outputLimit().isEmpty()
        ? request
        : InferenceRequest.newBuilder(request)
            .setBody(
                OutputLimit.lower(
                    request.getBody(), parsed.endpoint(), chosen.outputLimit().getAsLong()))
            .build();
  }
}
