package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;

/** The state of a request, as one shard of dispatch knows it. */
public sealed interface State {

  /** Nothing is known of the id. */
  record Unknown() implements State {}

  /**
   * Cancelled before it arrived, or came back; it will be answered CANCELLED when it does. The
   * mark's moves are those of the transfer that took it away, 0 if it was never here.
   */
  record CancelledBeforeArrival(DispatchFinished mark) implements State {}

  /** Indexed, and not with a worker. */
  record Waiting(DispatchEntry entry) implements State {}

  /** A worker has it. */
  record Leased(DispatchEntry entry, DispatchLease lease) implements State {}

  /** Handed to another shard, which answers it unless it hands it on. */
  record Moved(DispatchFinished mark) implements State {}

  /** Answered, once and for all. */
  record Finished(DispatchFinished mark) implements State {}

  State UNKNOWN = new Unknown();

  /** The state of a stored, unfinished request. */
  static State of(DispatchEntry entry) {
    return entry
        .getLease()
        .<State>map(lease -> new Leased(entry, lease))
        .orElseGet(() -> new Waiting(entry));
  }

  /** The state of a remembered id. */
  static State of(DispatchFinished mark) {
    if (mark.getStatus().isPresent()) {
      return new Finished(mark);
    }
    return mark.getMovedTo().isPresent() ? new Moved(mark) : new CancelledBeforeArrival(mark);
  }
}
