package io.penstock.workers.engine.openai;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.FailureCodes;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides by an HTTP status whether to try again.
 *
 * <ul>
 *   <li>400, 403 and 429 that say the account is used up: as 402. Some providers and proxies refuse
 *       so.
 *   <li>400, 413, 422 and 500 that say the prompt does not fit the context: REJECTED as {@code
 *       context_length_exceeded} with status 400, as OpenAI has it. A larger model may take it.
 *   <li>400, 413, 422 and other 4xx, and 403 for what the request says: REJECTED. The request
 *       passed our own checks, so it is this engine's refusal (its context window, a parameter it
 *       lacks), and it would refuse again.
 *   <li>401, 403, 404, 405 and redirects: OVERLOADED. The key, the address or the model's name at
 *       this worker is wrong; the request is not, and another worker may run it. Failing it here
 *       would let one wrongly configured worker, which fails fast and so asks for more, destroy a
 *       whole backlog.
 *   <li>402, 429, 503, 529: OVERLOADED, for as long as the server says. How long the worker rests
 *       after a 429 without Retry-After is decided by {@code EnginePause}, which knows those
 *       before.
 *   <li>408, 504: TIMEOUT. 409, 425 and other 5xx: RETRYABLE.
 * </ul>
 */
final class StatusMapping {

  /** How long a worker pauses whose configuration is at fault. */
  private static final long MISCONFIGURED_PAUSE_MILLIS = 30_000;

  /** How long a worker pauses whose account is used up. Only a person can top it up. */
  private static final long QUOTA_PAUSE_MILLIS = 60_000;

  private record Meaning(FailureCategory category, String code, String remedy) {}

  private static final Meaning QUOTA_EXHAUSTED =
      new Meaning(FailureCategory.OVERLOADED, "engine_quota_exhausted", "");

  private static final Meaning TOO_LONG =
      new Meaning(FailureCategory.REJECTED, "context_length_exceeded", "");

  private static final Meaning REFUSED =
      new Meaning(FailureCategory.REJECTED, "engine_rejected", "");

  private StatusMapping() {}

  /**
   * @param longest the longest pause that is believed
   */
  static Failure failure(
      int status, HttpHeaders headers, ServerError error, Duration longest, Instant now) {
    Meaning meaning = meaning(status, error);
    OptionalLong retryAfter = RetryAfter.millis(headers, longest, now);
    String said = error.message().isEmpty() ? "" : ": " + error.message();
    return Failure.newBuilder()
        .setCategory(meaning.category())
        .setCode(meaning.code())
        .setMessage("the engine answered with status " + status + said + meaning.remedy())
        .setField(error.param().map(param -> "body." + param).orElse(null))
        .setStatusCode(meaning.equals(TOO_LONG) ? 400 : status)
        .setRetryAfterMillis(
            retryAfter.isPresent() ? Long.valueOf(retryAfter.getAsLong()) : defaultPause(meaning))
        .build();
  }

  private static Meaning meaning(int status, ServerError error) {
    if (ServerComplaint.isOfContextLength(status, error)) {
      return TOO_LONG;
    }
    if (ServerComplaint.isOfQuota(status, error)) {
      return QUOTA_EXHAUSTED;
    }
    return ServerComplaint.isOfContent(status, error) ? REFUSED : meaning(status);
  }

  private static Meaning meaning(int status) {
    return switch (status) {
      case 401, 403 -> misconfigured("engine_unauthorized", "check the worker's API key");
      case 404 ->
          misconfigured(
              "engine_model_unknown", "check the worker's base URL and model-name mapping");
      case 405 -> misconfigured("engine_misconfigured", "check the worker's base URL");
      case 429 -> new Meaning(FailureCategory.OVERLOADED, FailureCodes.RATE_LIMITED, "");
      case 503, 529 -> new Meaning(FailureCategory.OVERLOADED, FailureCodes.OVERLOADED, "");
      case 408, 504 -> new Meaning(FailureCategory.TIMEOUT, "engine_timeout", "");
      case 409, 425 -> new Meaning(FailureCategory.RETRYABLE, "engine_busy", "");
      default -> range(status);
    };
  }

  private static Meaning range(int status) {
    if (status >= 500) {
      return new Meaning(FailureCategory.RETRYABLE, "engine_error", "");
    }
    return status >= 400
        ? REFUSED
        : misconfigured("engine_misconfigured", "check the worker's base URL");
  }

  private static Meaning misconfigured(String code, String remedy) {
    return new Meaning(FailureCategory.OVERLOADED, code, "; " + remedy);
  }

  private static @Nullable Long defaultPause(Meaning meaning) {
    if (meaning.equals(QUOTA_EXHAUSTED)) {
      return QUOTA_PAUSE_MILLIS;
    }
    return meaning.remedy().isEmpty() ? null : (Long) MISCONFIGURED_PAUSE_MILLIS;
  }
}
