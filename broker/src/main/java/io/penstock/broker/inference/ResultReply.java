package io.penstock.broker.inference;

import io.penstock.broker.errors.ApiError;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ResultError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How a result is answered over HTTP, as the engine itself would have answered. */
public final class ResultReply {

  /** The request's id, by which its result can be fetched later. */
  public static final String REQUEST_ID = "penstock-request-id";

  /** What OpenAI's clients show as the id of a call. */
  public static final String OPENAI_REQUEST_ID = "x-request-id";

  private static final StringHeader MODEL = new StringHeader("penstock-model");
  private static final StringHeader VARIANT = new StringHeader("penstock-variant");

  private ResultReply() {}

  /** The answer to whoever waits for the result. */
  public static Reply of(InferenceResult result) {
    Reply reply =
        switch (result.getStatus()) {
          case SUCCEEDED -> new Reply(200, Map.of(), body(result));
          case FAILED -> Reply.of(failed(result));
          case EXPIRED -> Reply.of(expired(result));
          case CANCELLED -> Reply.of(cancelled(result));
        };
    return reply.with(headers(result));
  }

  /** Why there is no answer; empty if there is one. */
  public static Optional<ApiError> error(InferenceResult result) {
    return switch (result.getStatus()) {
      case SUCCEEDED -> Optional.empty();
      case FAILED -> Optional.of(failed(result));
      case EXPIRED -> Optional.of(expired(result));
      case CANCELLED -> Optional.of(cancelled(result));
    };
  }

  /** Why a call that repeats an id gets no answer of its own. */
  public static ApiError repeated(Repetition repetition, String id) {
    return switch (repetition) {
      case CONFLICT -> conflict();
      case SAME ->
          ApiError.invalid(
                  409,
                  "stream_began",
                  "Request %s was sent before under this Idempotency-Key, and its stream cannot be repeated. Fetch its answer with GET /v1/requests/%s/result."
                      .formatted(id, id))
              .with(ApiError.SHOULD_RETRY, "false");
    };
  }

  /** Another request has this idempotency key. */
  public static ApiError conflict() {
    return ApiError.invalid(
            409,
            "idempotency_key_reused",
            "Another request was sent with this Idempotency-Key; use a new key for a new request.")
        .with(ApiError.SHOULD_RETRY, "false");
  }

  /** The headers by which an answer names its request. */
  public static Map<String, String> headers(String id) {
    return Map.of(REQUEST_ID, id, OPENAI_REQUEST_ID, id);
  }

  private static Map<String, String> headers(InferenceResult result) {
    Map<String, String> headers = new LinkedHashMap<>(headers(result.getId()));
    result
        .getChoice()
        .ifPresent(
            choice -> {
              MODEL.put(headers, choice.getModel());
              choice.getVariant().ifPresent(variant -> VARIANT.put(headers, variant));
            });
    return headers;
  }

  private static byte[] body(InferenceResult result) {
    ByteBuffer body = result.getBody().orElseGet(() -> ByteBuffer.allocate(0)).duplicate();
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }

  private static ApiError failed(InferenceResult result) {
    int code = result.getStatusCode();
    int status = code >= 400 && code <= 599 ? code : 500;
    Optional<ResultError> said = result.getError();
    if (said.isEmpty()) {
      return ApiError.server(status, "failed", "The request failed.");
    }
    ResultError error = said.get();
    ApiError mapped =
        new ApiError(
            status,
            error.getType(),
            error.getCode(),
            error.getMessage(),
            error.getParam(),
            Map.of(ApiError.SHOULD_RETRY, Boolean.toString(error.getRetryable())));
    return error
        .getRetryAfterMillis()
        .map(millis -> mapped.retryAfter(Duration.ofMillis(millis)))
        .orElse(mapped);
  }

  /** A client that tried again by itself would miss its deadline again. */
  private static ApiError expired(InferenceResult result) {
    return ApiError.server(
            504,
            "request_expired",
            result
                .getError()
                .map(ResultError::getMessage)
                .orElse("The request could not be answered before its deadline."))
        .with(ApiError.SHOULD_RETRY, "false");
  }

  private static ApiError cancelled(InferenceResult result) {
    return ApiError.invalid(
            409, "request_cancelled", "Request %s was cancelled.".formatted(result.getId()))
        .with(ApiError.SHOULD_RETRY, "false");
  }

  /** A header with a name of ours as its value, which HTTP can carry only in ASCII. */
  private record StringHeader(String name) {

    void put(Map<String, String> headers, String value) {
      if (StandardCharsets.US_ASCII.newEncoder().canEncode(value)) {
        headers.put(name, value);
      }
    }
  }
}
