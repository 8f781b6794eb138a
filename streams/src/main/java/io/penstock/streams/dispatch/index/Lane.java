package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.rank.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The lines of all tenants in one size and order, as if they were one: it holds each line's first,
 * and merges on demand. A request stands in one line only, so that many tenants cost no more memory
 * than one.
 */
final class Lane {

  /** Lines entered in the middle to find later requests. */
  private static final int ENTERED = 16;

  private final Comparator<Candidate> order;
  private final TreeMap<Candidate, Line> heads;

  /** A place in a line. */
  private static final class Cursor {
    private final Iterator<Candidate> rest;
    private final double served;
    private Candidate next;

    Cursor(Iterator<Candidate> rest, double served) {
      this.rest = rest;
      this.served = served;
      this.next = rest.next();
    }

    /** Whether there is another. */
    boolean advance() {
      if (rest.hasNext()) {
        next = rest.next();
        return true;
      }
      return false;
    }
  }

  Lane(Comparator<Candidate> order) {
    this.order = order;
    this.heads = new TreeMap<>(order);
  }

  boolean isEmpty() {
    return heads.isEmpty();
  }

  Candidate first() {
    return heads.firstKey();
  }

  Line firstLine() {
    return heads.firstEntry().getValue();
  }

  boolean add(Line line, Candidate candidate) {
    Candidate before = line.isEmpty() ? null : line.first();
    if (!line.queue().add(candidate)) {
      return false;
    }
    if (before == null) {
      heads.put(candidate, line);
    } else if (order.compare(candidate, before) < 0) {
      heads.remove(before);
      heads.put(candidate, line);
    }
    return true;
  }

  boolean remove(Line line, Candidate candidate) {
    if (line.isEmpty()) {
      return false;
    }
    boolean first = order.compare(line.first(), candidate) == 0;
    if (!line.queue().remove(candidate)) {
      return false;
    }
    if (first) {
      heads.remove(candidate);
      if (!line.isEmpty()) {
        heads.put(line.first(), line);
      }
    }
    return true;
  }

  void show(HeadVisitor visitor) {
    if (heads.size() == 1) {
      firstLine().show(visitor);
    } else {
      merge(List.of(), heads.values().iterator(), visitor);
    }
  }

  /**
   * Shows those from a probe on. Of the lines that begin before it a few are entered in the middle:
   * enough unless many tenants wait there, and then others' first ones are seen.
   */
  void showFrom(Candidate probe, HeadVisitor visitor) {
    if (heads.size() == 1) {
      firstLine().showFrom(probe, visitor);
      return;
    }
    List<Cursor> entered = new ArrayList<>();
    int lines = 0;
    for (Line line : heads.headMap(probe, false).values()) {
      if (++lines > ENTERED) {
        break;
      }
      Iterator<Candidate> rest = line.queue().tailSet(probe, true).iterator();
      if (rest.hasNext()) {
        entered.add(new Cursor(rest, line.tenant().standing()));
      }
    }
    merge(entered, heads.tailMap(probe, true).values().iterator(), visitor);
  }

  private void merge(List<Cursor> entered, Iterator<Line> lines, HeadVisitor visitor) {
    PriorityQueue<Cursor> cursors =
        new PriorityQueue<>((one, other) -> order.compare(one.next, other.next));
    cursors.addAll(entered);
    Line line = lines.hasNext() ? lines.next() : null;
    int taken = 0;
    for (int looked = 0; looked < Line.LOOK && taken < Line.DEPTH; looked++) {
      // Lines come in the order of their first: a later one is needed when its turn comes.
      if (line != null
          && (cursors.isEmpty() || order.compare(line.first(), cursors.peek().next) < 0)) {
        cursors.add(new Cursor(line.queue().iterator(), line.tenant().standing()));
        line = lines.hasNext() ? lines.next() : null;
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
