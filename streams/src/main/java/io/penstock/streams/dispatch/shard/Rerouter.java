package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.health.TargetWatch;
import io.penstock.streams.dispatch.index.ClassCensus;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.MoveCause;
import io.penstock.streams.dispatch.move.MovePolicy;
import io.penstock.streams.dispatch.move.MoveSettings;
import io.penstock.streams.dispatch.move.Work;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.Speeds;
import io.penstock.streams.dispatch.session.TargetCapacity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves waiting requests that are badly off to one of their alternatives. Each tick goes on where
 * the last one stopped and looks at a bounded number, those with the earliest objective first. An
 * instance belongs to one thread.
 */
final class Rerouter {

  /** Store reads of a tick for each move it may make: many requests may have nowhere to go. */
  private static final int READS_PER_MOVE = 2;

  /** A backlog shorter than this puts nothing at risk. */
  private static final double SHORT_SECONDS = 0.25;

  private final MoveSettings settings;
  private final MovePolicy policy;
  private final Speeds assumed;
  private final ClusterView cluster;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final TargetBook book;
  private final Alternatives alternatives;
  private final ShardStore store;
  private final Grants grants;
  private final Events events;
  private final Map<Target, Scan> scans = new HashMap<>();
  private int turn;
  private int movesLeft;
  private int readsLeft;

  /** The progress of a scan of a target's requests, and the work found so far, by class. */
  private static final class Scan {
    private @Nullable Candidate last;
    private final Map<ServiceClass, Work> passed = new EnumMap<>(ServiceClass.class);

    void begin() {
      last = null;
      passed.clear();
    }
  }

  Rerouter(
      ShardSettings settings,
      ClusterView cluster,
      WaitingIndex index,
      Sessions sessions,
      TargetBook book,
      Alternatives alternatives,
      ShardStore store,
      Grants grants,
      Events events) {
    this.settings = settings.moves();
    this.policy = new MovePolicy(settings.moves());
    this.assumed = settings.assumedSpeeds();
    this.cluster = cluster;
    this.index = index;
    this.sessions = sessions;
    this.book = book;
    this.store = store;
    this.grants = grants;
    this.events = events;
    this.alternatives = alternatives;
  }

  void tick(Instant now) {
    List<Target> targets = new ArrayList<>(index.movables().targets());
    scans.keySet().retainAll(targets);
    if (targets.isEmpty() || settings.mostMoves() == 0) {
      return;
    }
    movesLeft = settings.movesPerTick();
    readsLeft = READS_PER_MOVE * settings.movesPerTick();
    // Targets take turns, so that no target uses up what a tick may do each time.
    Collections.rotate(targets, turn++);
    FleetView fleet = cluster.fleet().get();
    for (Target target : targets) {
      Scan scan = scans.computeIfAbsent(target, any -> new Scan());
      TargetWatch unhealthy = book.unhealthy(target);
      if (unhealthy != null) {
        failover(target, unhealthy, scan, fleet, now);
      } else {
        rescue(target, scan, fleet, now);
      }
    }
  }

  private void failover(Target target, TargetWatch watch, Scan scan, FleetView fleet, Instant now) {
    while (movesLeft > 0 && readsLeft > 0) {
      Candidate candidate = index.movables().after(target, scan.last);
      if (candidate == null) {
        scan.begin();
        return;
      }
      scan.last = candidate;
      DispatchEntry entry = movable(candidate);
      if (entry != null) {
        policy
            .failover(alternatives.of(entry, fleet, now), candidate.secondsLeft(now))
            .ifPresent(to -> move(candidate, to, MoveCause.UNHEALTHY, watch.reason(), now));
      }
    }
  }

  /**
   * A request begins here when what is more urgent, and what stands before it, is done. The scan
   * sees only the movable requests before it; the others are taken to stand evenly between them.
   */
  private void rescue(Target target, Scan scan, FleetView fleet, Instant now) {
    TargetCapacity capacity = sessions.capacity(target);
    if (capacity.workers() == 0) {
      return;
    }
    Map<ServiceClass, Work> backlog = new EnumMap<>(ServiceClass.class);
    int[] waiting = {0};
    index.census(
        target,
        census -> {
          backlog.put(census.serviceClass(), work(census));
          waiting[0] += census.soon();
        });
    if (seconds(ahead(backlog, ServiceClass.BATCH), capacity) < SHORT_SECONDS) {
      scan.begin();
      return;
    }
    double density = Math.max(1, (double) waiting[0] / index.movables().count(target));
    for (int looked = 0; looked < settings.lookedAtPerTick(); looked++) {
      Candidate candidate = index.movables().after(target, scan.last);
      if (candidate == null || movesLeft == 0 || readsLeft == 0) {
        if (candidate == null) {
          scan.begin();
        }
        return;
      }
      scan.last = candidate;
      Work before = scan.passed.getOrDefault(candidate.serviceClass(), Work.NONE);
      Work own =
          new Work(candidate.promptTokens(), candidate.kvTokens() - candidate.promptTokens());
      double startHere =
          seconds(urgent(backlog, candidate.serviceClass()), capacity)
              + density * seconds(before, capacity)
              + ownPrefill(candidate, capacity);
      double left = candidate.secondsLeft(now);
      boolean moved =
          policy.isAtRisk(startHere, left) && rescue(candidate, startHere, left, fleet, now);
      if (!moved) {
        scan.passed.put(candidate.serviceClass(), before.plus(own));
      }
    }
  }

  private boolean rescue(
      Candidate candidate, double startHere, double left, FleetView fleet, Instant now) {
    DispatchEntry entry = movable(candidate);
    if (entry == null) {
      return false;
    }
    Optional<ModelAlternative> to =
        policy.rescue(alternatives.of(entry, fleet, now), startHere, left);
    String reason =
        String.format(
            Locale.ROOT, "predicted to begin in %.1f s, later than its objective", startHere);
    to.ifPresent(there -> move(candidate, there, MoveCause.DEADLINE, reason, now));
    return to.isPresent();
  }

  private @Nullable DispatchEntry movable(Candidate candidate) {
    readsLeft--;
    DispatchEntry entry = store.request(candidate.key());
    return entry == null || entry.getMoves() >= settings.mostMoves() ? null : entry;
  }

  private void move(
      Candidate candidate, ModelAlternative to, MoveCause cause, String reason, Instant now) {
    movesLeft--;
    alternatives.claimed(to, now);
    grants.grantTo(events.happened(candidate.key(), new Event.Moved(to, cause, reason), now), now);
  }

  private static Work work(ClassCensus census) {
    return new Work(census.promptTokens(), census.outputTokens());
  }

  private static Work ahead(Map<ServiceClass, Work> backlog, ServiceClass upTo) {
    Work sum = Work.NONE;
    for (Map.Entry<ServiceClass, Work> each : backlog.entrySet()) {
      if (each.getKey().compareTo(upTo) <= 0) {
        sum = sum.plus(each.getValue());
      }
    }
    return sum;
  }

  private static Work urgent(Map<ServiceClass, Work> backlog, ServiceClass than) {
    Work sum = Work.NONE;
    for (Map.Entry<ServiceClass, Work> each : backlog.entrySet()) {
      if (each.getKey().compareTo(than) < 0) {
        sum = sum.plus(each.getValue());
      }
    }
    return sum;
  }

  private double seconds(Work work, TargetCapacity capacity) {
    return work.seconds(
        capacity.prefillTokensPerSecond(),
        capacity.decodeTokensPerSecond(),
        capacity.workers(),
        capacity.slots(),
        assumed);
  }

  private double ownPrefill(Candidate candidate, TargetCapacity capacity) {
    return candidate.promptTokens()
        * capacity.workers()
        / Math.max(1e-9, capacity.prefillTokensPerSecond());
  }
}
