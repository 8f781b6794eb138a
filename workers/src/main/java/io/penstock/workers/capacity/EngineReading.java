package io.penstock.workers.capacity;

import io.penstock.workers.engine.EngineLoad;

/** The load that the engine reports. */
public sealed interface EngineReading {

  /** The engine never reported its load: capacity rests on slots and the adaptive limit. */
  record Unreported() implements EngineReading {}

  /** The engine reported its load a short while ago. */
  record Reported(EngineLoad load) implements EngineReading {}

  /** The engine used to report its load and does not any more, or its report is old. */
  record Lost(String cause) implements EngineReading {}
}
