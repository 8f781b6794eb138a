package io.penstock.streams.control.observation;

import io.penstock.schemas.Feedback;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Feedback that came before its result. Of too much, the tenant that has the most loses its oldest:
 * anybody may judge ids that never were, and so displaces only what is its own. This class is not
 * thread-safe.
 */
final class EarlyFeedback {

  private final int most;
  private final Map<String, LinkedHashMap<String, List<Feedback>>> byTenant = new HashMap<>();
  private int size;

  /**
   * @param most requests whose feedback is kept
   */
  EarlyFeedback(int most) {
    this.most = most;
  }

  /** Keeps feedback for a request of this tenant; more than enough of one request is ignored. */
  void add(String tenant, Feedback feedback) {
    List<Feedback> waiting =
        byTenant
            .computeIfAbsent(tenant, _ -> new LinkedHashMap<>())
            .computeIfAbsent(
                feedback.getRequestId(),
                _ -> {
                  size++;
                  return new ArrayList<>(1);
                });
    if (waiting.size() < FeedbackScores.MOST_SOURCES) {
      // Comments count for nothing here, and may be long.
      waiting.add(Feedback.newBuilder(feedback).setComment(null).build());
    }
    if (size > most) {
      forgetOne();
    }
  }

  private void forgetOne() {
    byTenant.entrySet().stream()
        .max(Comparator.comparingInt(tenant -> tenant.getValue().size()))
        .ifPresent(largest -> take(largest.getKey(), largest.getValue().firstEntry().getKey()));
  }

  /** Returns what waits for a request of this tenant, and keeps it no longer. */
  List<Feedback> take(String tenant, String id) {
    Map<String, List<Feedback>> waiting = byTenant.getOrDefault(tenant, new LinkedHashMap<>(0));
    List<Feedback> taken = waiting.remove(id);
    if (taken == null) {
      return List.of();
    }
    size--;
    if (waiting.isEmpty()) {
      byTenant.remove(tenant);
    }
    return taken;
  }
}
