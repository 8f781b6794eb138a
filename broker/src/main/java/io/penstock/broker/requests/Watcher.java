package io.penstock.broker.requests;

import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;

/**
 * Hears of one request. Called on the thread that reads the log for everybody, so it takes notes
 * and returns; topics differ in how soon they are read, so a status may come after the result.
 */
public interface Watcher {

  /** It entered a state. */
  default void status(RequestStatus status) {}

  /** A piece of the answer came. */
  default void chunk(TokenChunk chunk) {}

  /** A result came: the one of the request, or the answer to a repetition of its id. */
  void result(ResultRecord record);

  /**
   * The instance stops, and nothing more is heard of here. The request goes on. Called on the
   * stopping thread.
   */
  default void stopping() {}
}
