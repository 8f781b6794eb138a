package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The consequences of an event: the state to keep and the records to write, all in one transaction.
 *
 * @param change the state from now on, or empty if it stays as it is
 * @param effects the records to write, in order
 * @param verdict what it amounts to
 */
public record Decision(Optional<State> change, List<Effect> effects, Verdict verdict) {

  static Decision unchanged(Verdict verdict) {
    return new Decision(Optional.empty(), List.of(), verdict);
  }

  static Decision of(State next, Verdict verdict, Effect... effects) {
    return new Decision(Optional.of(next), List.of(effects), verdict);
  }

  /** This decision, with a record written before its others. */
  Decision after(Effect first) {
    return new Decision(
        change, Stream.concat(Stream.of(first), effects.stream()).toList(), verdict);
  }

  /** The request as it waits from now on, or empty if this decision did not make it wait. */
  public Optional<DispatchEntry> waiting() {
    return change.flatMap(
        state ->
            state instanceof State.Waiting(DispatchEntry entry)
                ? Optional.of(entry)
                : Optional.empty());
  }
}
