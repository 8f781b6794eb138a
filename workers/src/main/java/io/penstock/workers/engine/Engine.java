package io.penstock.workers.engine;

import java.util.Optional;

/**
 * Runs inference. Implement it, and an {@link EngineProvider}, to add an engine. All of a worker's
 * threads share one object and call it at the same time. The abstract test {@code EngineContract}
 * says what every implementation must keep.
 */
public interface Engine extends AutoCloseable {

  /** The engine's kind and version, such as {@code embedding/all-minilm-l6-v2-q}. */
  String name();

  /**
   * The account against whose limits the calls count, if several engines may share one. Engines
   * that share an account return equal names, without secrets. The result is empty if the engine
   * shares its limits with no other.
   */
  default Optional<String> account() {
    return Optional.empty();
  }

  /**
   * Returns whether the engine runs requests to this OpenAI path, such as {@code /v1/embeddings}.
   */
  boolean serves(String endpoint);

  /**
   * Runs one request to its end on the calling thread. Whatever goes wrong with the request or the
   * engine is a {@link EngineReply.Failed}, never an exception. Interrupting the thread cancels the
   * work in the engine too.
   *
   * @throws InterruptedException if the thread was interrupted; the engine has let go of the
   *     request
   */
  EngineReply run(EngineRequest request, EngineListener listener) throws InterruptedException;

  /**
   * Returns the engine's own report of its load. It is empty if the engine has none: capacity then
   * rests on the configured slots and an adaptive limit. The call must be cheap, since every lease
   * may make one.
   */
  Optional<EngineLoad> load();

  /** Stops the engine and frees what it holds. Requests still running fail. */
  @Override
  void close();
}
