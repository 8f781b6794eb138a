package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;

/** Is shown the few requests among which the best one for a worker is. */
@FunctionalInterface
public interface HeadVisitor {

  /**
   * Looks at one; the same may be shown again.
   *
   * @param served what its tenant was served, in weighted tokens
   * @return whether the worker could take it: one that it could not is no head
   */
  boolean visit(Candidate candidate, double served);
}
