package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores the record in hand by what is known now. Writes nothing, and turns a fault of ours into a
 * refusal rather than an endless loop.
 *
 * @param serviceClass the class of the topic that is read
 */
record Judge(ServiceClass serviceClass, ScoreParts parts) {

  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

  /** Scores a request as the first of its id. */
  ScoringOutcome judge(CurrentRecord current) {
    return judge(current, Optional.empty());
  }

  /** Scores a request that follows an equal one to where that was placed. */
  ScoringOutcome judge(CurrentRecord current, FirstDecision.Placed first) {
    return judge(current, Optional.of(first));
  }

  /** Returns what follows the first request where scoring would refuse it today. */
  ScoringOutcome.Scored unscored(CurrentRecord current, FirstDecision.Placed first) {
    Arrival arrival = arrival(current, current.request().orElseThrow());
    return parts.scorer().unscored(arrival, first, current.now());
  }

  /** The topic that the answer is copied to, if it may be. */
  Optional<String> copyTo(CurrentRecord current) {
    return current
        .request()
        .filter(request -> replyTopicFault(request).isEmpty())
        .flatMap(InferenceRequest::getReplyTopic);
  }

  private ScoringOutcome judge(CurrentRecord current, Optional<FirstDecision.Placed> first) {
    Optional<Refusal> unscored = current.reading().refusal();
    if (unscored.isPresent()) {
      return new ScoringOutcome.Refused(unscored.get());
    }
    InferenceRequest request = current.request().orElseThrow();
    ScoringOutcome outcome;
    try {
      outcome =
          parts
              .scorer()
              .score(arrival(current, request), parts.views().routingContext(current.now()), first);
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      SourceRecord source = current.source();
      LOG.error(
          "Scoring failed on {}-{}@{}", source.topic(), source.partition(), source.offset(), e);
      return new ScoringOutcome.Refused(
          new Refusal(
              RefusalCode.INTERNAL_ERROR,
              null,
              "scoring failed on this request; report it with its id, and try again"));
    }
    Optional<String> fault = replyTopicFault(request);
    return outcome instanceof ScoringOutcome.Scored && fault.isPresent()
        ? new ScoringOutcome.Refused(
            new Refusal(RefusalCode.INVALID_REPLY_TOPIC, "replyTopic", fault.get()))
        : outcome;
  }

  private Arrival arrival(CurrentRecord current, InferenceRequest request) {
    SourceRecord source = current.source();
    return current.identity() == null
        ? new Arrival(request, source.keyText(), serviceClass, source.acceptedAt())
        : new Arrival(
            request,
            source.keyText(),
            serviceClass,
            source.acceptedAt(),
            current.identity().fingerprint());
  }

  private Optional<String> replyTopicFault(InferenceRequest request) {
    return request
        .getReplyTopic()
        .flatMap(
            topic ->
                parts
                    .replyTopics()
                    .fault(request.getTenant(), topic, parts.views().routing().rules().state()));
  }
}
