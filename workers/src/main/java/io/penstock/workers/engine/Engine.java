package io.penstock.workers.engine;

import java.util.Optional;

/**
 * Runs inference: the extension point for anything that serves a model. One object is shared by all
 * of a worker's threads and must bear calls from many at once; the abstract {@code EngineContract}
 * in the tests states what every implementation keeps.
 */
public interface Engine extends AutoCloseable {

  /** The engine's kind and version, such as {@code embedding/all-minilm-l6-v2-q}. */
  String name();

  /**
   * The account whose limits its calls count against, where several engines may share one; equal
   * for those that do, and without secrets. Empty if the engine is limited by itself only.
   */
  default Optional<String> account() {
    return Optional.empty();
  }

  /** Whether it runs requests to this OpenAI path, such as {@code /v1/embeddings}. */
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
   * What the engine says of its own load, or empty if it says nothing: capacity then rests on
   * configured slots and an adaptive limit. Cheap enough to call for every lease.
   */
  Optional<EngineLoad> load();

  /** Stops the engine and frees what it holds. Requests still running fail. */
  @Override
  void close();
}
