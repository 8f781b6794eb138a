package io.penstock.workers.engine;

/** Told of a request's progress, on the thread that runs it or one of the engine's. */
@FunctionalInterface
public interface EngineListener {

  /** The first token has come. Called at most once; an engine that cannot tell does not call it. */
  void firstToken();
}
