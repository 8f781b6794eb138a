package io.penstock.broker.submission;

import java.util.concurrent.CompletableFuture;

/** Writes down what is kept of a request beside the request itself. */
@FunctionalInterface
public interface Recording {

  /** Keeps nothing. */
  Recording NONE = _ -> CompletableFuture.completedFuture(null);

  /**
   * Begins to write, once the request has its id and before it is sent.
   *
   * @return completed once it lasts, which the caller is not answered before
   */
  CompletableFuture<Void> write(String id);

  /** Takes back what was written, since the request was not sent. Waits for nothing. */
  default void undo(String id) {}
}
