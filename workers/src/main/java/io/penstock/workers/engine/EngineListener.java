package io.penstock.workers.engine;

/** Learns of a request's progress, on the thread that runs it or on one of the engine's. */
@FunctionalInterface
public interface EngineListener {

  /**
   * The first token has come. An engine calls this at most once, and not at all if it cannot know.
   */
  void firstToken();

  /**
   * A piece of the answer to a request that wants a stream has come. An engine that streams calls
   * this for each server-sent event of OpenAI's format, one after the other and never after its
   * reply, and leaves out {@code [DONE]}; the pieces together say what the reply's body says. An
   * engine that does not stream never calls it. Returns at once.
   *
   * @param data the event's data; not to be changed any more
   */
  default void chunk(byte[] data) {}
}
