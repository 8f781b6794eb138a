package io.penstock.streams.score.request;

import io.penstock.schemas.Failure;
import io.penstock.schemas.ResultError;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not served.
 *
 * @param code the stable name
 * @param field the field at fault, such as {@code deadline} or {@code body.messages[2].role}; null
 *     where no single field is
 * @param message what is wrong and what remedies it, for a person
 */
public record Refusal(RefusalCode code, @Nullable String field, String message) {

  private static final int MAX_MESSAGE = 2_000;

  public Refusal {
    message = Abbreviated.of(message, MAX_MESSAGE);
  }

  public Failure toFailure() {
    return Failure.newBuilder()
        .setCategory(code.category())
        .setCode(code.code())
        .setMessage(message)
        .setField(field)
        .build();
  }

  /** In the shape of an OpenAI error. */
  public ResultError toError() {
    return ResultError.newBuilder()
        .setType(code.statusCode() < 500 ? "invalid_request_error" : "server_error")
        .setCode(code.code())
        .setMessage(message)
        .setParam(field)
        .setRetryable(code.retryable())
        .build();
  }
}
