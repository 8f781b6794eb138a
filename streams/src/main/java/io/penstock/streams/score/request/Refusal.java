package io.penstock.streams.score.request;

import io.penstock.schemas.Failure;
import io.penstock.schemas.ResultError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason for which a request is not served.
 *
 * @param code the stable name
 * @param field the field at fault, such as {@code deadline} or {@code body.messages[2].role}; null
 *     where no single field is
 * @param message what is wrong and what remedies it, for a person
 * @param retryAfter when trying again may help, where that is known; 0 or more
 */
public record Refusal(
    RefusalCode code, @Nullable String field, String message, @Nullable Duration retryAfter) {

  private static final int MAX_MESSAGE = 2_000;

  public Refusal {
    message = Abbreviated.of(message, MAX_MESSAGE);
  }

  /** A refusal that gives no time to try again. */
  public Refusal(RefusalCode code, @Nullable String field, String message) {
    this(code, field, message, null);
  }

  public Failure toFailure() {
    return Failure.newBuilder()
        .setCategory(code.category())
        .setCode(code.code())
        .setMessage(message)
        .setField(field)
        .setRetryAfterMillis(retryAfter == null ? null : retryAfter.toMillis())
        .build();
  }

  /** The refusal in the shape of an OpenAI error. */
  public ResultError toError() {
    return ResultError.newBuilder()
        .setType(type())
        .setCode(code.code())
        .setMessage(message)
        .setParam(field)
        .setRetryable(code.retryable())
        .setRetryAfterMillis(retryAfter == null ? null : retryAfter.toMillis())
        .build();
  }

  private String type() {
    return switch (code.statusCode()) {
      case 402 -> "insufficient_quota";
      case 429 -> "rate_limit_error";
      default -> code.statusCode() < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
