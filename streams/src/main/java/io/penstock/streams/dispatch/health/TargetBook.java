package io.penstock.streams.dispatch.health;

import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The targets that one shard knows. A look at a healthy target costs nothing while all are healthy.
 * An instance belongs to one thread.
 */
public final class TargetBook {

  /** A target that nobody needed for so long is forgotten. */
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  private final HealthSettings settings;
  private final HealthListener listener;
  private final Map<Target, TargetWatch> watches = new LinkedHashMap<>();

  /** The targets that are not HEALTHY, with the health that was last told. */
  private final Map<Target, TargetHealth> troubled = new LinkedHashMap<>();

  public TargetBook(HealthSettings settings, HealthListener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /** The target's watch, begun now if there is none. */
  public TargetWatch watch(Target target, Instant now) {
    TargetWatch known = watches.get(target);
    if (known == null) {
      known = new TargetWatch(target, settings, now);
      watches.put(target, known);
    }
    return known;
  }

  /** Begins to watch targets that are asked about, and goes on while they are. */
  public void keep(Collection<Target> asked, Instant now) {
    asked.forEach(target -> watch(target, now).needed(now));
  }

  public Collection<TargetWatch> all() {
    return watches.values();
  }

  /** Returns whether a request of this target may be granted. */
  public boolean admits(Target target) {
    return troubled.isEmpty() || !troubled.containsKey(target) || watches.get(target).admits();
  }

  /** The target's watch if it is UNHEALTHY, else null. */
  public @Nullable TargetWatch unhealthy(Target target) {
    return troubled.get(target) == TargetHealth.UNHEALTHY ? watches.get(target) : null;
  }

  /** The target's watch if it is not HEALTHY, else null. */
  public @Nullable TargetWatch troubled(Target target) {
    return troubled.containsKey(target) ? watches.get(target) : null;
  }

  /** Returns whether a target is granted one request at a time, to see whether it serves again. */
  public boolean isProbing(Target target) {
    TargetWatch watch = troubled(target);
    return watch != null && watch.isProbing();
  }

  /** Whose probe of a target failed last, so that another tenant's goes next. */
  public String failedProber(Target target) {
    TargetWatch watch = troubled(target);
    return watch == null ? "" : watch.failedProber();
  }

  /** Returns whether anything was ever heard of a target. */
  public boolean knows(Target target) {
    return watches.containsKey(target);
  }

  /** Returns whether any target lacks something. */
  public boolean hasTrouble() {
    return !troubled.isEmpty();
  }

  /** A lease was granted. */
  public void granted(Target target, String key, String account, Instant now) {
    if (watch(target, now).granted(key, account)) {
      listener.probed(target);
    }
  }

  /** A lease was found at start. */
  public void restored(Target target, String key, String account, Instant now) {
    watch(target, now).granted(key, account);
  }

  /** A lease is over. */
  public void released(Target target, String key, String account, Instant now) {
    watch(target, now).released(key, account);
  }

  /**
   * Takes the end of an attempt, before the lease is released.
   *
   * @return if the target is to blame and granted nothing now, the earliest time at which the
   *     request may be tried again; else null
   */
  public @Nullable Instant ended(Target target, Attempt attempt, Instant now) {
    TargetWatch watch = watch(target, now);
    boolean atFault = watch.ended(attempt, now);
    settle(target, watch, now);
    if (atFault
        || !Symptom.of(attempt.outcome()).isBad()
        || watch.health() == TargetHealth.HEALTHY) {
      return null;
    }
    // Requests that have not failed yet go first: one that failed may be at fault itself.
    Instant afterOthers = watch.openUntil().plus(settings.openTime());
    return afterOthers.isAfter(now) ? afterOthers : now;
  }

  /**
   * Time has passed.
   *
   * @param waiting the targets that requests wait for
   * @param stated the targets that sessions, live or not, have stated
   * @param served whether a live worker serves a target
   * @return the targets that are known no longer
   */
  public List<TargetWatch> tick(
      Collection<Target> waiting, Set<Target> stated, Predicate<Target> served, Instant now) {
    Set<Target> wanted = new LinkedHashSet<>(stated);
    wanted.addAll(waiting);
    wanted.forEach(target -> watch(target, now).needed(now));
    List<TargetWatch> forgotten = new ArrayList<>(0);
    watches.forEach(
        (target, watch) -> {
          watch.tick(served.test(target), wanted.contains(target), now);
          settle(target, watch, now);
          if (watch.neededAt().plus(FORGET_AFTER).isBefore(now)) {
            forgotten.add(watch);
          }
        });
    for (TargetWatch watch : forgotten) {
      watches.remove(watch.target());
      troubled.remove(watch.target());
    }
    return forgotten;
  }

  /** A worker was heard of: what only lacked one has it again at once. */
  public void workerCame(Predicate<Target> serves, Instant now) {
    if (troubled.isEmpty()) {
      return;
    }
    for (Target target : List.copyOf(troubled.keySet())) {
      TargetWatch watch = watches.get(target);
      if (watch.lacksWorkers() && serves.test(target)) {
        watch.tick(true, true, now);
        settle(target, watch, now);
      }
    }
  }

  /** Notes and tells a change of health. */
  private void settle(Target target, TargetWatch watch, Instant now) {
    TargetHealth before = troubled.getOrDefault(target, TargetHealth.HEALTHY);
    TargetHealth health = watch.health();
    if (health == before) {
      return;
    }
    if (health == TargetHealth.HEALTHY) {
      troubled.remove(target);
    } else {
      troubled.put(target, health);
    }
    watch.changed(now);
    listener.changed(target, health, watch.reason());
  }
}
