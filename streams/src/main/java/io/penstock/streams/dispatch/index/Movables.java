package io.penstock.streams.dispatch.index;

import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The waiting requests that may be served elsewhere, by target and by the objective for the first
 * token. Those without an alternative, which may be a million, are not in it. An instance belongs
 * to one thread.
 */
public final class Movables {

  private static final Comparator<Candidate> BY_OBJECTIVE =
      Comparator.comparingLong(Candidate::firstTokenBy).thenComparing(Candidate::key);

  private final Map<Target, TreeSet<Candidate>> byTarget = new HashMap<>();

  void add(Candidate candidate) {
    byTarget.computeIfAbsent(candidate.target(), any -> new TreeSet<>(BY_OBJECTIVE)).add(candidate);
  }

  void remove(Candidate candidate) {
    TreeSet<Candidate> ofTarget = byTarget.get(candidate.target());
    if (ofTarget != null && ofTarget.remove(candidate) && ofTarget.isEmpty()) {
      byTarget.remove(candidate.target());
    }
  }

  /** The targets with such requests; changes with the index. */
  public Collection<Target> targets() {
    return byTarget.keySet();
  }

  /** Returns how many there are of a target. */
  public int count(Target target) {
    TreeSet<Candidate> ofTarget = byTarget.get(target);
    return ofTarget == null ? 0 : ofTarget.size();
  }

  /** The one after another, which need not be there any more, or the first; null: there is none. */
  public @Nullable Candidate after(Target target, @Nullable Candidate last) {
    TreeSet<Candidate> ofTarget = byTarget.get(target);
    if (ofTarget == null) {
      return null;
    }
    return last == null ? ofTarget.first() : ofTarget.higher(last);
  }
}
