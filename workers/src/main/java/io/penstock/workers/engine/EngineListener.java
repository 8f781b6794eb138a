package io.penstock.workers.engine;

/** Learns of a request's progress, on the thread that runs it or on one of the engine's. */
@FunctionalInterface
public interface EngineListener {

  /**
   * The first token has come. An engine calls this at most once, and not at all if it cannot know.
   */
  void firstToken();
}
