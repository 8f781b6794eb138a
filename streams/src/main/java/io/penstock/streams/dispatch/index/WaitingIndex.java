package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.fairness.TenantShares;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The index of what waits in one shard, in memory: about 300 bytes a request, never a payload. Its
 * order puts the best candidate for a worker among a few heads, whatever the rank policy. It is
 * rebuilt from the state store at start. An instance belongs to one thread.
 */
public final class WaitingIndex {

  private static final Comparator<Candidate> BY_DEADLINE =
      Comparator.comparingLong(Candidate::deadline).thenComparing(Candidate::key);
  private static final Comparator<Delayed> BY_DUE =
      Comparator.comparingLong(Delayed::due).thenComparing(delayed -> delayed.candidate().key());

  private final Map<String, Place> places = new HashMap<>();
  private final Map<Target, TargetQueue> queues = new HashMap<>();

  /** The targets with a queue, by model: workers of a model serve all its variants. */
  private final Map<String, List<Target>> targets = new HashMap<>();

  private final Movables movables = new Movables();
  private final FairnessSettings fairness;

  /** Outlives the queues: who was served more is remembered while nobody waits. */
  private final Map<ClassOfTarget, TenantShares> shares = new HashMap<>();

  private final TreeSet<Candidate> deadlines = new TreeSet<>(BY_DEADLINE);
  private final TreeSet<Delayed> delayed = new TreeSet<>(BY_DUE);

  /** What is in {@code delayed}, added up. */
  private final Map<ClassOfTarget, HeldBack> held = new HashMap<>();

  /** The place of a waiting request: in its target's queue, or backing off. */
  private record Place(Candidate candidate, @Nullable Delayed delay) {}

  private record Delayed(Delay delay, Candidate candidate) {
    long due() {
      return delay.until();
    }
  }

  private record ClassOfTarget(Target target, ServiceClass serviceClass) {}

  /**
   * Makes an empty index.
   *
   * @param fairness how tenants share a class
   */
  public WaitingIndex(FairnessSettings fairness) {
    this.fairness = fairness;
  }

  /**
   * Adds a request, or moves it if it is here already.
   *
   * @param delay until when it is not offered
   */
  public void put(Candidate candidate, Delay delay, long nowMicros) {
    remove(candidate.key());
    deadlines.add(candidate);
    if (delay.until() > nowMicros) {
      Delayed waits = new Delayed(delay, candidate);
      delayed.add(waits);
      held.computeIfAbsent(classOf(candidate), any -> new HeldBack()).add(candidate, delay);
      places.put(candidate.key(), new Place(candidate, waits));
    } else {
      places.put(candidate.key(), new Place(candidate, null));
      queue(candidate.target()).add(candidate);
    }
    if (candidate.movable()) {
      movables.add(candidate);
    }
  }

  /** Takes a request out and returns it; null if it is not here. */
  public @Nullable Candidate remove(String key) {
    Place place = places.remove(key);
    if (place == null) {
      return null;
    }
    deadlines.remove(place.candidate());
    if (place.candidate().movable()) {
      movables.remove(place.candidate());
    }
    if (place.delay() != null) {
      delayed.remove(place.delay());
      letGo(place.delay());
    } else {
      TargetQueue queue = queue(place.candidate().target());
      queue.remove(place.candidate());
      if (queue.isEmpty()) {
        removeQueue(place.candidate().target());
      }
    }
    return place.candidate();
  }

  /** Offers the requests whose backoff is over. */
  public void release(long nowMicros) {
    while (!delayed.isEmpty() && delayed.first().due() <= nowMicros) {
      Delayed over = delayed.pollFirst();
      letGo(over);
      Candidate candidate = over.candidate();
      places.put(candidate.key(), new Place(candidate, null));
      queue(candidate.target()).add(candidate);
    }
  }

  private void letGo(Delayed over) {
    ClassOfTarget of = classOf(over.candidate());
    HeldBack left = held.get(of);
    left.remove(over.candidate(), over.delay());
    if (left.isEmpty()) {
      held.remove(of);
    }
  }

  private static ClassOfTarget classOf(Candidate candidate) {
    return new ClassOfTarget(candidate.target(), candidate.serviceClass());
  }

  /** All that waits in the order of deadlines: the one after another, or the first. */
  public @Nullable Candidate after(@Nullable Candidate last) {
    if (last == null) {
      return deadlines.isEmpty() ? null : deadlines.first();
    }
    return deadlines.higher(last);
  }

  /** The request that expires first, if its deadline has passed. */
  public @Nullable Candidate expired(long nowMicros) {
    return !deadlines.isEmpty() && deadlines.first().deadline() <= nowMicros
        ? deadlines.first()
        : null;
  }

  /** The models that have a request to offer, themselves or for a variant. */
  public Collection<String> models() {
    return targets.keySet();
  }

  /** The targets of a model that have a request to offer; changes with the index. */
  public List<Target> targets(String model) {
    return targets.getOrDefault(model, List.of());
  }

  /** The targets that have a request to offer; changes with the index. */
  public Collection<Target> targets() {
    return queues.keySet();
  }

  /** The targets that anything waits for, offered or not. */
  public Set<Target> awaited() {
    Set<Target> awaited = new HashSet<>(queues.keySet());
    held.keySet().forEach(each -> awaited.add(each.target()));
    return awaited;
  }

  /** Returns whether a target has a request to offer. */
  public boolean offers(Target target) {
    return queues.containsKey(target);
  }

  /**
   * Returns what may be moved elsewhere, the earliest objective first, those backing off included.
   */
  public Movables movables() {
    return movables;
  }

  /**
   * Shows the few requests of a target and class among which the best for this worker is.
   *
   * @param visitor whether the worker could take the request: one that it could not is no head
   */
  public void heads(
      Target target,
      ServiceClass serviceClass,
      WorkerView worker,
      RankPolicy rank,
      long nowMicros,
      HeadVisitor visitor) {
    ClassQueue queue = offered(target, serviceClass);
    if (queue != null) {
      queue.heads(worker, rank, nowMicros, visitor);
    }
  }

  /**
   * Returns what the least served tenant with a request to offer was served, in weighted tokens.
   */
  public double leastServed(Target target, ServiceClass serviceClass) {
    return shares(target, serviceClass).least();
  }

  /**
   * Adds to what a tenant was served.
   *
   * @param candidate a request of the tenant, of the target and class that are meant
   * @param service in weighted tokens; negative to give back
   */
  public Share charge(Candidate candidate, double service, long nowMicros) {
    ClassQueue queue = offered(candidate.target(), candidate.serviceClass());
    if (queue != null) {
      return queue.charge(candidate.account(), service, nowMicros);
    }
    TenantShares of = shares(candidate.target(), candidate.serviceClass());
    of.charge(candidate.account(), service, nowMicros);
    return new Share(of.served(candidate.account()), of.least());
  }

  /**
   * Restores what was known of tenants when a lease was granted. The caller puts all waiting
   * requests here first.
   *
   * @param candidate the request that is leased
   */
  public void restore(Candidate candidate, Share share) {
    TenantShares of = shares(candidate.target(), candidate.serviceClass());
    of.raiseFloor(share.least());
    ClassQueue queue = offered(candidate.target(), candidate.serviceClass());
    if (queue == null) {
      of.raise(candidate.account(), share.served());
    } else {
      queue.raise(candidate.account(), share.served());
      queue.raiseAll(share.least());
    }
  }

  /** Requests waiting, those backing off included. */
  public int size() {
    return places.size();
  }

  /** Everything that waits, by target and class. */
  public void census(Consumer<ClassCensus> visitor) {
    awaited().forEach(target -> census(target, visitor));
  }

  /** Everything that waits for one target, by class. */
  public void census(Target target, Consumer<ClassCensus> visitor) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      ClassQueue queue = offered(target, serviceClass);
      HeldBack heldBack = held.get(new ClassOfTarget(target, serviceClass));
      if (queue != null || heldBack != null) {
        ClassCensus offered =
            queue == null
                ? ClassCensus.none(target, serviceClass)
                : queue.census(target, serviceClass);
        visitor.accept(heldBack == null ? offered : offered.plus(heldBack));
      }
    }
  }

  private TargetQueue queue(Target target) {
    TargetQueue known = queues.get(target);
    if (known != null) {
      return known;
    }
    TargetQueue queue =
        new TargetQueue(
            serviceClass ->
                new ClassQueue(
                    shares(target, serviceClass), fairness.leeway(serviceClass).ordersTenants()));
    queues.put(target, queue);
    targets.computeIfAbsent(target.model(), any -> new ArrayList<>(1)).add(target);
    return queue;
  }

  private void removeQueue(Target target) {
    queues.remove(target);
    List<Target> ofModel = targets.get(target.model());
    ofModel.remove(target);
    if (ofModel.isEmpty()) {
      targets.remove(target.model());
    }
  }

  private @Nullable ClassQueue offered(Target target, ServiceClass serviceClass) {
    TargetQueue queue = queues.get(target);
    return queue == null ? null : queue.of(serviceClass);
  }

  private TenantShares shares(Target target, ServiceClass serviceClass) {
    return shares.computeIfAbsent(
        new ClassOfTarget(target, serviceClass), any -> new TenantShares(fairness));
  }
}
