package io.penstock.broker.batches.lifecycle;

/** What a decision asks of whoever runs the batch. */
public sealed interface BatchEffect {

  /** Adds a line to the output file. */
  record OutputLine(byte[] line) implements BatchEffect {}

  /** Adds a line to the error file. */
  record ErrorLine(byte[] line) implements BatchEffect {}

  /** Asks to stop the requests that wait or run. */
  record CancelOutstanding() implements BatchEffect {}

  /** Writes what was added to the files, and a checkpoint, before anything else. */
  record Checkpoint() implements BatchEffect {}
}
