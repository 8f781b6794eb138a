package io.penstock.streams.score;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.ids.Ids;
import io.penstock.streams.runtime.LetterHeaders;
import io.penstock.streams.score.identity.Home;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.TimeRule;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records that a refusal leaves behind: a result, a state, a dead letter. Whatever they
 * repeat of the request is cut to its legal length, so that the first two stay small.
 */
record RefusalRecords(
    ServiceClass serviceClass,
    SourceRecord source,
    Optional<InferenceRequest> request,
    Refusal refusal,
    Instant now) {

  static final String STAGE = "score";
  private static final String UNKNOWN = "unknown";

  /**
   * @param replyTopic where it is to be copied to, if the requester may ask for that
   */
  InferenceResult result(String id, Optional<String> replyTopic) {
    return InferenceResult.newBuilder()
        .setId(id)
        .setTenant(tenant())
        .setEndpoint(echo(request.map(InferenceRequest::getEndpoint)))
        .setStatus(TerminalStatus.FAILED)
        .setStatusCode(refusal.code().statusCode())
        .setError(refusal.toError())
        .setServiceClass(serviceClass)
        .setRequestedModel(echo(request.map(InferenceRequest::getModel)))
        .setAttempts(0)
        .setBatchId(batchId())
        .setCustomId(customId())
        .setReplyTopic(replyTopic.orElse(null))
        .setResultFormat(source.resultFormat())
        .setReplyKey(request.flatMap(Home::replyKey).orElse(null))
        .setWebhook(request.flatMap(Home::webhook).orElse(null))
        .setCreatedAt(
            TimeRule.created(request.flatMap(InferenceRequest::getCreatedAt), source.acceptedAt())
                .orElse(null))
        .setAcceptedAt(source.acceptedAt())
        .setScoredAt(now)
        .setFinishedAt(now)
        .build();
  }

  /**
   * Returns what answers a record whose id was used before.
   *
   * @param replyTopic where it is copied to
   * @param finishedAt when the first request ended, or this one was refused
   */
  InferenceResult repeated(
      String id, Optional<String> replyTopic, Repetition repetition, Instant finishedAt) {
    return InferenceResult.newBuilder(result(id, replyTopic))
        .setRepetition(repetition)
        .setFinishedAt(finishedAt)
        .build();
  }

  RequestStatus status(String id, String resultTopic) {
    return RequestStatus.newBuilder()
        .setId(id)
        .setState(RequestState.FAILED)
        .setTenant(tenant())
        .setServiceClass(serviceClass)
        .setModel(echo(request.map(InferenceRequest::getModel)))
        .setBatchId(batchId())
        .setCustomId(customId())
        .setFailure(refusal.toFailure())
        .setResultTopic(resultTopic)
        .setReplyKey(request.flatMap(Home::replyKey).orElse(null))
        .setChangedAt(now)
        .build();
  }

  /** The dead letter, with everything that a replay needs, whatever its size. */
  DeadLetter deadLetter(Optional<String> id) {
    LetterHeaders headers = LetterHeaders.of(source.headers());
    return DeadLetter.newBuilder()
        .setRequestId(id.orElse(null))
        .setTenant(request.isPresent() ? tenant() : null)
        .setStage(STAGE)
        .setFailure(refusal.toFailure())
        .setSourceTopic(source.topic())
        .setSourcePartition(source.partition())
        .setSourceOffset(source.offset())
        .setSourceKey(source.key() == null ? null : ByteBuffer.wrap(source.key()))
        .setSourceValue(source.value() == null ? null : ByteBuffer.wrap(source.value()))
        .setRequest(request.orElse(null))
        .setHeaders(headers.values())
        .setRepeatedHeaders(headers.repeated())
        .setDeadAt(now)
        .setResultFormat(source.resultFormat())
        .build();
  }

  private String tenant() {
    return echo(request.map(InferenceRequest::getTenant));
  }

  private @Nullable String batchId() {
    return request
        .flatMap(InferenceRequest::getBatchId)
        .map(id -> Abbreviated.of(id, Ids.MAX_LENGTH))
        .orElse(null);
  }

  private @Nullable String customId() {
    return request
        .flatMap(InferenceRequest::getCustomId)
        .map(id -> Abbreviated.of(id, Ids.MAX_CUSTOM_ID))
        .orElse(null);
  }

  private static String echo(Optional<String> text) {
    return text.filter(t -> !t.isBlank())
        .map(t -> Abbreviated.of(t, Ids.MAX_LENGTH))
        .orElse(UNKNOWN);
  }
}
