package io.penstock.workers.engine.openai;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What an HTTP status says about trying again.
 *
 * <ul>
 *   <li>400 and 403 whose error code speaks of quota, budget or billing: as 402. Some providers and
 *       proxies refuse so.
 *   <li>400, 413, 422 and other 4xx: REJECTED. The request passed our own checks, so it is this
 *       engine's refusal (its context window, a parameter it lacks), and it would refuse again.
 *   <li>401, 403, 404, 405 and redirects: OVERLOADED. The key, the address or the model's name at
 *       this worker is wrong; the request is not, and another worker may run it. Failing it here
 *       would let one wrongly configured worker, which fails fast and so asks for more, destroy a
 *       whole backlog.
 *   <li>402, 429, 503, 529: OVERLOADED, for as long as the server says.
 *   <li>408, 504: TIMEOUT. 409, 425 and other 5xx: RETRYABLE.
 * </ul>
 */
final class StatusMapping {

  /** How long a worker whose configuration is at fault had best wait before it asks for more. */
  private static final long MISCONFIGURED_PAUSE_MILLIS = 30_000;

  private record Meaning(FailureCategory category, String code, String remedy) {}

  private static final Meaning QUOTA_EXHAUSTED =
      new Meaning(FailureCategory.OVERLOADED, "engine_quota_exhausted", "");

  private StatusMapping() {}

  static Failure failure(int status, HttpHeaders headers, ServerError error, Instant now) {
    Meaning meaning = lacksQuota(status, error) ? QUOTA_EXHAUSTED : meaning(status);
    OptionalLong retryAfter = RetryAfter.millis(headers, now);
    String said = error.message().isEmpty() ? "" : ": " + error.message();
    return Failure.newBuilder()
        .setCategory(meaning.category())
        .setCode(meaning.code())
        .setMessage("the engine answered with status " + status + said + meaning.remedy())
        .setField(error.param().map(param -> "body." + param).orElse(null))
        .setStatusCode(status)
        .setRetryAfterMillis(
            retryAfter.isPresent() ? (Long) retryAfter.getAsLong() : defaultPause(meaning))
        .build();
  }

  private static Meaning meaning(int status) {
    return switch (status) {
      case 401, 403 -> misconfigured("engine_unauthorized", "check the worker's API key");
      case 404 ->
          misconfigured(
              "engine_model_unknown", "check the worker's base URL and model-name mapping");
      case 405 -> misconfigured("engine_misconfigured", "check the worker's base URL");
      case 402 -> QUOTA_EXHAUSTED;
      case 429 -> new Meaning(FailureCategory.OVERLOADED, "engine_rate_limited", "");
      case 503, 529 -> new Meaning(FailureCategory.OVERLOADED, "engine_overloaded", "");
      case 408, 504 -> new Meaning(FailureCategory.TIMEOUT, "engine_timeout", "");
      case 409, 425 -> new Meaning(FailureCategory.RETRYABLE, "engine_busy", "");
      default -> range(status);
    };
  }

  /** The message is not looked at: it may quote the prompt. */
  private static boolean lacksQuota(int status, ServerError error) {
    String code = error.code().toLowerCase(Locale.ROOT);
    return (status == 400 || status == 403)
        && (code.contains("quota") || code.contains("budget") || code.contains("billing"));
  }

  private static Meaning range(int status) {
    if (status >= 500) {
      return new Meaning(FailureCategory.RETRYABLE, "engine_error", "");
    }
    return status >= 400
        ? new Meaning(FailureCategory.REJECTED, "engine_rejected", "")
        : misconfigured("engine_misconfigured", "check the worker's base URL");
  }

  private static Meaning misconfigured(String code, String remedy) {
    return new Meaning(FailureCategory.OVERLOADED, code, "; " + remedy);
  }

  private static Long defaultPause(Meaning meaning) {
    return meaning.remedy().isEmpty() ? null : (Long) MISCONFIGURED_PAUSE_MILLIS;
  }
}
