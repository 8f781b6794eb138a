package io.penstock.workers.engine;

import io.penstock.schemas.Failure;
import io.penstock.schemas.TokenUsage;

/** How a run ended. */
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
  record Failed(Failure failure) implements EngineReply {}
}
