package io.penstock.streams.control.observation;

import io.penstock.schemas.Feedback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Feedback that came before its result. Of too much, the tenant that has the most loses its oldest:
 * anybody may judge ids that never were, and so displaces only what is its own. What a call costs
 * does not grow with the number of tenants. This class is not thread-safe.
 */
final class EarlyFeedback {

  private final int most;
  private final Map<String, LinkedHashMap<String, List<Feedback>>> byTenant = new HashMap<>();

  /** The tenants by how many requests of theirs wait; none without any. */
  private final Map<Integer, Set<String>> bySize = new HashMap<>();

  /** How many requests wait of the tenant that has the most. */
  private int largest;

  private int size;

  /**
   * @param most requests whose feedback is kept
   */
  EarlyFeedback(int most) {
    this.most = most;
  }

  /** Keeps feedback for a request of this tenant; more than enough of one request is ignored. */
  void add(String tenant, Feedback feedback) {
    Map<String, List<Feedback>> requests =
        byTenant.computeIfAbsent(tenant, _ -> new LinkedHashMap<>());
    int before = requests.size();
    List<Feedback> waiting =
        requests.computeIfAbsent(feedback.getRequestId(), _ -> new ArrayList<>(1));
    resized(tenant, before, requests.size());
    if (waiting.size() < FeedbackScores.MOST_SOURCES) {
      // Comments count for nothing here, and may be long.
      waiting.add(Feedback.newBuilder(feedback).setComment(null).build());
    }
    if (size > most) {
      forgetOne();
    }
  }

  private void forgetOne() {
    String tenant = bySize.get(largest).iterator().next();
    var _ = take(tenant, byTenant.get(tenant).firstEntry().getKey());
  }

  /** Returns what waits for a request of this tenant, and keeps it no longer. */
  List<Feedback> take(String tenant, String id) {
    Map<String, List<Feedback>> waiting = byTenant.getOrDefault(tenant, new LinkedHashMap<>(0));
    List<Feedback> taken = waiting.remove(id);
    if (taken == null) {
      return List.of();
    }
    resized(tenant, waiting.size() + 1, waiting.size());
    if (waiting.isEmpty()) {
      byTenant.remove(tenant);
    }
    return taken;
  }

  /** A tenant has one request more or fewer than before, or as many. */
  private void resized(String tenant, int before, int after) {
    if (before == after) {
      return;
    }
    size += after - before;
    bySize.computeIfPresent(
        before,
        (_, tenants) -> {
          tenants.remove(tenant);
          return tenants.isEmpty() ? null : tenants;
        });
    if (after > 0) {
      bySize.computeIfAbsent(after, _ -> new LinkedHashSet<>()).add(tenant);
    }
    largest = Math.max(largest, after);
    if (!bySize.containsKey(largest)) {
      // It was the only one that had so many, and has one fewer now.
      largest = after;
    }
  }
}
