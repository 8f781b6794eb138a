package io.penstock.schemas.fleet;

import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The workers as their demand records tell of them. A worker writes to each partition it serves, so
 * its open window is the sum over them, while running, slots and speed are in every record: the
 * latest one counts.
 */
public final class WorkerBoard {

  private final Map<String, Map<Integer, WorkerDemand>> demands = new TreeMap<>();

  /**
   * One worker's current session.
   *
   * @param latest its latest heartbeat
   * @param models that it serves, over all partitions
   * @param window how many leases it would still take, over all partitions
   * @param heartbeatAge how long ago the latest heartbeat was sent
   */
  public record Row(WorkerDemand latest, List<String> models, long window, Duration heartbeatAge) {

    /**
     * Returns how long its engine is left alone yet, if it is; one that drains or has stopped is
     * not.
     */
    public Optional<Duration> paused(Instant now) {
      return latest
          .getPausedUntil()
          .filter(until -> latest.getState() == WorkerState.ACTIVE && now.isBefore(until))
          .map(until -> Duration.between(now, until));
    }
  }

  /** Takes a demand record of this partition, in the order of the partition. */
  public void add(int partition, WorkerDemand demand) {
    Map<Integer, WorkerDemand> sessions =
        demands.computeIfAbsent(demand.getWorkerId(), id -> new TreeMap<>());
    String current =
        sessions.values().stream()
            .map(WorkerDemand::getSession)
            .max(String::compareTo)
            .orElse(demand.getSession());
    if (demand.getSession().compareTo(current) < 0) {
      return;
    }
    if (demand.getSession().compareTo(current) > 0) {
      sessions.clear();
    }
    WorkerDemand before = sessions.get(partition);
    if (before == null || before.getSequence() <= demand.getSequence()) {
      sessions.put(partition, demand);
    }
  }

  /** The workers heard of since the horizon that have not stopped, by id. */
  public List<Row> rows(Instant now, Duration horizon) {
    List<Row> rows = new ArrayList<>();
    for (Map<Integer, WorkerDemand> byPartition : demands.values()) {
      WorkerDemand latest =
          byPartition.values().stream()
              .reduce((a, b) -> b.getSentAt().isAfter(a.getSentAt()) ? b : a)
              .orElseThrow();
      Duration age = Duration.between(latest.getSentAt(), now);
      if (latest.getState() == WorkerState.STOPPED || age.compareTo(horizon) > 0) {
        continue;
      }
      TreeSet<String> models = new TreeSet<>();
      long window = 0;
      for (WorkerDemand demand : byPartition.values()) {
        models.addAll(demand.getModels());
        window += Math.max(0, demand.getLeaseLimit() - demand.getLeasesReceived());
      }
      rows.add(new Row(latest, List.copyOf(models), window, age));
    }
    return rows;
  }
}
