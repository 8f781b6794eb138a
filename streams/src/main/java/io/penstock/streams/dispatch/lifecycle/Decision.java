package io.penstock.streams.dispatch.lifecycle;

import java.util.List;

/**
 * What follows from an event: the state to keep and the records to write, all in one transaction.
 *
 * @param next the state from now on; the same object as before when nothing changes
 * @param effects the records to write, in order
 * @param verdict what it amounts to
 */
public record Decision(State next, List<Effect> effects, Verdict verdict) {

  static Decision unchanged(State state, Verdict verdict) {
    return new Decision(state, List.of(), verdict);
  }

  static Decision of(State next, Verdict verdict, Effect... effects) {
    return new Decision(next, List.of(effects), verdict);
  }
}
