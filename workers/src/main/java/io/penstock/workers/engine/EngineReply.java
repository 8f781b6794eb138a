package io.penstock.workers.engine;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;

/** The end of a run. */
public sealed interface EngineReply {

  /**
   * The engine answered.
   *
   * @param statusCode the HTTP-like status, 200 to 299
   * @param body the OpenAI-style JSON answer, UTF-8
   * @param usage the tokens it counted
   */
  record Answered(int statusCode, byte[] body, TokenUsage usage) implements EngineReply {}

  /** There is no answer; the failure's category says whether trying again helps. */
  record Failed(Failure failure) implements EngineReply {

    public static Failed of(FailureCategory category, String code, String message) {
      return new Failed(
          Failure.newBuilder().setCategory(category).setCode(code).setMessage(message).build());
    }

    /** The body is wrong at {@code field}, such as {@code body.input[3]}; never retried. */
    public static Failed invalid(String field, String message) {
      return new Failed(
          Failure.newBuilder()
              .setCategory(FailureCategory.INVALID)
              .setCode("invalid_body")
              .setMessage(message)
              .setField(field)
              .build());
    }

    /** The worker leased what its engine cannot run: another worker may. */
    public static Failed unknownEndpoint(String engine, String endpoint) {
      return of(
          FailureCategory.OVERLOADED,
          "engine_endpoint_unsupported",
          "engine "
              + engine
              + " does not serve "
              + endpoint
              + "; remove the endpoint from the model's spec or use another engine");
    }

    /** The engine was closed before the request ended: another worker may run it. */
    public static Failed closed(String engine) {
      return of(
          FailureCategory.OVERLOADED, "engine_closed", "engine " + engine + " is shutting down");
    }

    /** The request's deadline came before the answer. */
    public static Failed deadlinePassed(String engine) {
      return of(
          FailureCategory.TIMEOUT,
          "deadline_passed",
          "the request's deadline came before engine " + engine + " had answered");
    }
  }
}
