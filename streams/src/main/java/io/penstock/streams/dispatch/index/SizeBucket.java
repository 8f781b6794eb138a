package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * All tenants' requests of one size in one order, as if they stood in one queue. It holds the first
 * request of each tenant's bucket and merges on demand. A request stands in one tenant's bucket
 * only, so many tenants cost no more memory than one.
 */
final class SizeBucket {

  /** Buckets entered in the middle to find later requests. */
  private static final int ENTERED = 16;

  private final Comparator<Candidate> order;
  private final TreeMap<Candidate, TenantBucket> heads;

  /** A place in a tenant's bucket. */
  private static final class Cursor {
    private final Iterator<Candidate> rest;
    private final double served;
    private Candidate next;

    Cursor(Iterator<Candidate> rest, double served) {
      this.rest = rest;
      this.served = served;
      this.next = rest.next();
    }

    /** Returns whether there is another. */
    boolean advance() {
      if (rest.hasNext()) {
        next = rest.next();
        return true;
      }
      return false;
    }
  }

  SizeBucket(Comparator<Candidate> order) {
    this.order = order;
    this.heads = new TreeMap<>(order);
  }

  boolean isEmpty() {
    return heads.isEmpty();
  }

  Candidate first() {
    return heads.firstKey();
  }

  TenantBucket firstTenant() {
    return heads.firstEntry().getValue();
  }

  boolean add(TenantBucket bucket, Candidate candidate) {
    Candidate before = bucket.isEmpty() ? null : bucket.first();
    if (!bucket.queue().add(candidate)) {
      return false;
    }
    if (before == null) {
      heads.put(candidate, bucket);
    } else if (order.compare(candidate, before) < 0) {
      heads.remove(before);
      heads.put(candidate, bucket);
    }
    return true;
  }

  boolean remove(TenantBucket bucket, Candidate candidate) {
    if (bucket.isEmpty()) {
      return false;
    }
    boolean first = order.compare(bucket.first(), candidate) == 0;
    if (!bucket.queue().remove(candidate)) {
      return false;
    }
    if (first) {
      heads.remove(candidate);
      if (!bucket.isEmpty()) {
        heads.put(bucket.first(), bucket);
      }
    }
    return true;
  }

  void show(HeadVisitor visitor) {
    if (heads.size() == 1) {
      firstTenant().show(visitor);
    } else {
      merge(List.of(), heads.values().iterator(), visitor);
    }
  }

  /**
   * Shows those from a probe on. A few of the buckets that begin before it are entered in the
   * middle. That is enough unless many tenants wait there, and then others' first requests are
   * seen.
   */
  void showFrom(Candidate probe, HeadVisitor visitor) {
    if (heads.size() == 1) {
      firstTenant().showFrom(probe, visitor);
      return;
    }
    List<Cursor> entered = new ArrayList<>();
    int seen = 0;
    for (TenantBucket bucket : heads.headMap(probe, false).values()) {
      if (++seen > ENTERED) {
        break;
      }
      Iterator<Candidate> rest = bucket.queue().tailSet(probe, true).iterator();
      if (rest.hasNext()) {
        entered.add(new Cursor(rest, bucket.tenant().standing()));
      }
    }
    merge(entered, heads.tailMap(probe, true).values().iterator(), visitor);
  }

  private void merge(List<Cursor> entered, Iterator<TenantBucket> buckets, HeadVisitor visitor) {
    PriorityQueue<Cursor> cursors =
        new PriorityQueue<>((one, other) -> order.compare(one.next, other.next));
    cursors.addAll(entered);
    TenantBucket bucket = buckets.hasNext() ? buckets.next() : null;
    int taken = 0;
    for (int looked = 0; looked < TenantBucket.LOOK && taken < TenantBucket.DEPTH; looked++) {
      // Buckets come in the order of their first: a later one is needed when its turn comes.
      if (bucket != null
          && (cursors.isEmpty() || order.compare(bucket.first(), cursors.peek().next) < 0)) {
        cursors.add(new Cursor(bucket.queue().iterator(), bucket.tenant().standing()));
        bucket = buckets.hasNext() ? buckets.next() : null;
      }
      Cursor cursor = cursors.poll();
      if (cursor == null) {
        return;
      }
      taken += visitor.visit(cursor.next, cursor.served) ? 1 : 0;
      if (cursor.advance()) {
        cursors.add(cursor);
      }
    }
  }
}
