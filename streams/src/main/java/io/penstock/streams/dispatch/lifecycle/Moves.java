package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.RequestState;
import java.time.Instant;

/**
 * Decides what a move makes of a waiting request: it waits for another target in this shard, or
 * leaves for another shard. A pure function.
 *
 * @param partition this shard's
 */
record Moves(Announcements announcements, int partition) {

  Decision moved(Event.Moved move, DispatchEntry waiting, Instant now) {
    int to = move.to().getPartition();
    DispatchEntry entry = Rewriting.moved(waiting, move, partition);
    if (to == partition) {
      return Decision.of(
          new State.Waiting(entry),
          Verdict.MOVED,
          announcements.announce(entry, RequestState.WAITING, now));
    }
    return Decision.of(
        new State.Moved(Endings.mark(entry, null, now, to, entry.getMoves())),
        Verdict.MOVED,
        new Effect.Transfer(new DispatchTransfer(entry, partition, move.reason(), now, false), to));
  }
}
