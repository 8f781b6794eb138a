package io.penstock.broker.stream;

import io.penstock.broker.errors.ApiError;

/** What a stream sends. */
public sealed interface StreamEvent {

  /**
   * A piece of the answer.
   *
   * @param json as the engine wrote it; the array is not copied
   */
  record Data(byte[] json) implements StreamEvent {}

  /** The answer is whole. The last event. */
  record Done() implements StreamEvent {}

  /** The stream cannot go on, and says why. The last event. */
  record Failed(ApiError error) implements StreamEvent {}

  /** Whether nothing follows. */
  default boolean isLast() {
    return !(this instanceof Data);
  }
}
