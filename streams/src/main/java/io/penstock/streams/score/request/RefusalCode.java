package io.penstock.streams.score.request;

import io.penstock.schemas.FailureCategory;
import java.util.Locale;

/**
 * The reasons for which scoring refuses a request. The lower-case name is the stable code that
 * clients see in results and dead letters.
 */
public enum RefusalCode {
  /** The record's bytes are not an InferenceRequest. */
  MALFORMED_RECORD(400, FailureCategory.INVALID),
  REQUEST_TOO_LARGE(413, FailureCategory.INVALID),
  INVALID_ID(400, FailureCategory.INVALID),
  INVALID_TENANT(400, FailureCategory.INVALID),
  /** The tenant used this id for another request before. */
  ID_CONFLICT(409, FailureCategory.INVALID),
  UNSUPPORTED_ENDPOINT(404, FailureCategory.INVALID),
  INVALID_JSON(400, FailureCategory.INVALID),
  INVALID_BODY(400, FailureCategory.INVALID),
  STREAMING_UNSUPPORTED(400, FailureCategory.INVALID),
  INVALID_SERVICE_CLASS(400, FailureCategory.INVALID),
  INVALID_TIME(400, FailureCategory.INVALID),
  INVALID_DEADLINE(400, FailureCategory.INVALID),
  INVALID_ATTRIBUTES(400, FailureCategory.INVALID),
  INVALID_NAME(400, FailureCategory.INVALID),
  INVALID_ROUTING(400, FailureCategory.INVALID),
  INVALID_REPLY_TOPIC(400, FailureCategory.INVALID),
  UNKNOWN_MODEL(404, FailureCategory.INVALID),
  MODEL_NOT_ALLOWED(400, FailureCategory.INVALID),
  ENDPOINT_NOT_SERVED(400, FailureCategory.INVALID),
  CONTEXT_LENGTH_EXCEEDED(400, FailureCategory.INVALID),
  UNKNOWN_VARIANT(404, FailureCategory.INVALID),
  PROVIDER_NOT_ALLOWED(400, FailureCategory.INVALID),
  TASK_NOT_SERVED(400, FailureCategory.INVALID),
  MAX_PRICE_EXCEEDED(400, FailureCategory.INVALID),
  MIN_QUALITY_NOT_MET(400, FailureCategory.INVALID),
  /** Several models were considered, and each was ruled out for a reason of its own. */
  NO_SUITABLE_MODEL(400, FailureCategory.INVALID),
  /** Every model that may serve would take longer than the request accepts. */
  MAX_WAIT_EXCEEDED(503, FailureCategory.RETRYABLE),
  /** The ladder of degradation refuses new requests of this class for now. */
  OVERLOADED(429, FailureCategory.OVERLOADED),
  /** The tenant has spent what it may in a period; the next one begins with nothing spent. */
  BUDGET_EXCEEDED(402, FailureCategory.RETRYABLE),
  /** Every variant is out of service: an operator's doing, which may pass. */
  NO_ACTIVE_VARIANT(503, FailureCategory.RETRYABLE),
  /** A fault of ours; the request itself may be fine. */
  INTERNAL_ERROR(500, FailureCategory.RETRYABLE);

  private final int statusCode;
  private final FailureCategory category;

  RefusalCode(int statusCode, FailureCategory category) {
    this.statusCode = statusCode;
    this.category = category;
  }

  /** The HTTP-like status of the result. */
  public int statusCode() {
    return statusCode;
  }

  public FailureCategory category() {
    return category;
  }

  /** Returns whether the same request may succeed later. Its id stays free for that. */
  public boolean retryable() {
    return category == FailureCategory.RETRYABLE || category == FailureCategory.OVERLOADED;
  }

  /** The stable name that clients see. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
