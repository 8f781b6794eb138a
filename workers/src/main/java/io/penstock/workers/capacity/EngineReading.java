package io.penstock.workers.capacity;

import io.penstock.workers.engine.EngineLoad;

/** What is known of the engine's own load. */
public sealed interface EngineReading {

  /** It never told its load: capacity rests on slots and the adaptive limit. */
  record Silent() implements EngineReading {}

  /** Its own account, fresh. */
  record Told(EngineLoad load) implements EngineReading {}

  /** It used to tell and does not any more, or tells old news. */
  record Lost(String cause) implements EngineReading {}
}
