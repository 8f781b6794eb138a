package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.TreeSet;

/** One tenant's requests of one size in one order. */
record TenantBucket(TenantQueue tenant, NavigableSet<Candidate> queue) {

  /** Heads of a bucket that the worker could take. */
  static final int DEPTH = 4;

  /** Requests of a bucket looked at for them: many that it could not take must cost no more. */
  static final int LOOK = 64;

  static TenantBucket of(TenantQueue tenant, Comparator<Candidate> order) {
    return new TenantBucket(tenant, new TreeSet<>(order));
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  Candidate first() {
    return queue.first();
  }

  void show(HeadVisitor visitor) {
    show(queue.iterator(), visitor);
  }

  /** Shows those from a probe on. */
  void showFrom(Candidate probe, HeadVisitor visitor) {
    show(queue.tailSet(probe, true).iterator(), visitor);
  }

  private void show(Iterator<Candidate> candidates, HeadVisitor visitor) {
    double served = tenant.standing();
    int taken = 0;
    for (int looked = 0; looked < LOOK && taken < DEPTH && candidates.hasNext(); looked++) {
      taken += visitor.visit(candidates.next(), served) ? 1 : 0;
    }
  }
}
