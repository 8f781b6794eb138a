package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;

/** Receives the candidates from which the best request for a worker is picked. */
@FunctionalInterface
public interface HeadVisitor {

  /** A service lower than anybody's. */
  double LIGHT = -Double.MAX_VALUE;

  /** Returns whether this is what a light tenant is shown as. */
  static boolean isLight(double served) {
    return served == LIGHT;
  }

  /**
   * Looks at one; the same may be shown again.
   *
   * @param served what its tenant was served, in weighted tokens; {@link #LIGHT} for one that took
   *     so little lately that it goes first
   * @return whether the worker could take it: one that it could not is no head
   */
  boolean visit(Candidate candidate, double served);
}
