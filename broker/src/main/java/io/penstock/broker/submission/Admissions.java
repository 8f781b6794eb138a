package io.penstock.broker.submission;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.tenants.Caller;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ids.RequestKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What requests under way have taken of their keys' limits, whether or not anybody waits for them:
 * what they did not use is given back when their results come. Each key has room for a number of
 * them, so that one with much under way takes nobody else's room. Safe for use by many threads.
 */
public final class Admissions implements PartitionListener {

  private static final int MOST_OF_A_KEY = 50_000;

  private final int mostOfAKey;
  private final Set<Integer> mine = new HashSet<>();
  private final Map<String, Held> byRequest = new HashMap<>();
  private final Map<String, Set<String>> byKey = new HashMap<>();

  private record Held(String keyId, int partition, Limiter.Admission admission) {}

  public Admissions() {
    this(MOST_OF_A_KEY);
  }

  Admissions(int mostOfAKey) {
    this.mostOfAKey = mostOfAKey;
  }

  /** Keeps what a request has taken until its result comes. */
  synchronized void hold(Caller caller, String id, int partition, Limiter.Admission admission) {
    if (admission.isEmpty() || caller.keyId().isEmpty()) {
      return;
    }
    if (!mine.contains(partition)) {
      admission.settle(0);
      return;
    }
    String request = RequestKey.of(caller.tenant(), id);
    String keyId = caller.keyId().get();
    settle(request, 0);
    byRequest.put(request, new Held(keyId, partition, admission));
    Set<String> all = byKey.computeIfAbsent(keyId, _ -> new LinkedHashSet<>());
    all.add(request);
    if (all.size() > mostOfAKey) {
      Held oldest = removed(all.iterator().next());
      if (oldest != null) {
        oldest.admission.forfeit();
      }
    }
  }

  /** A request was not submitted after all. */
  synchronized void release(String tenant, String id) {
    settle(RequestKey.of(tenant, id), 0);
  }

  /** How many requests are under way. */
  synchronized int count() {
    return byRequest.size();
  }

  private void settle(String request, long used) {
    Held held = removed(request);
    if (held != null) {
      held.admission.settle(used);
    }
  }

  private @Nullable Held removed(String request) {
    Held held = byRequest.remove(request);
    if (held != null) {
      byKey.computeIfPresent(
          held.keyId,
          (_, all) -> {
            all.remove(request);
            return all.isEmpty() ? null : all;
          });
    }
    return held;
  }

  @Override
  public synchronized OptionalLong taken(Home home) {
    mine.add(home.partition());
    return OptionalLong.empty();
  }

  @Override
  public synchronized void result(ResultRecord record) {
    InferenceResult result = record.result();
    settle(RequestKey.of(result.getTenant(), result.getId()), used(record));
  }

  private static long used(ResultRecord record) {
    return record.isFirst()
        ? record
            .result()
            .getUsage()
            .map(usage -> usage.getPromptTokens() + usage.getCompletionTokens())
            .orElse(0L)
        : 0;
  }

  /** Its next owner hears the results, and holds the keys to its own share of their limits. */
  @Override
  public synchronized void lost(int partition) {
    mine.remove(partition);
    List<String> gone =
        byRequest.entrySet().stream()
            .filter(each -> each.getValue().partition == partition)
            .map(Map.Entry::getKey)
            .toList();
    gone.forEach(request -> settle(request, 0));
  }
}
