package io.penstock.broker.batches.lifecycle;

import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.schemas.InferenceResult;

/** What happens to a batch. */
public sealed interface BatchEvent {

  /** Its input file was judged. */
  record Judged(InputVerdict verdict) implements BatchEvent {}

  /**
   * The log has its requests up to this one.
   *
   * @param offset where the next one's line begins in the input file
   */
  record Fed(int number, long offset) implements BatchEvent {}

  /**
   * A record of results that has its {@code replyKey}. The number is 0 if the id is not one that
   * this batch gives.
   */
  record Answered(int number, InferenceResult result) implements BatchEvent {}

  /** A request whose answer is awaited no longer, and its name as the input file has it. */
  record GivenUp(int number, String customId) implements BatchEvent {}

  /** The log refused a request that was judged to be in order, and would refuse it again. */
  record Refused(int number, String customId, String message) implements BatchEvent {}

  /** Its checkpoint is larger than the log takes, so that it cannot go on. */
  record TooLarge() implements BatchEvent {}

  /** Its tenant asked to cancel it. */
  record CancelAsked() implements BatchEvent {}

  /** Time has passed. */
  record Tick() implements BatchEvent {}

  /** All that it has was written to the store, and a checkpoint names it. */
  record Settled() implements BatchEvent {}
}
