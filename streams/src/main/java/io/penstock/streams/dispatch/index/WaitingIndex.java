package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.fairness.TenantShares;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits in one shard, in memory: about 300 bytes a request, never a payload. Arranged so that
 * the best candidate for a worker is among a few heads, whatever the rank policy. Rebuilt from the
 * state store at start. For one thread.
 */
public final class WaitingIndex {

  private static final Comparator<Candidate> BY_DEADLINE =
      Comparator.comparingLong(Candidate::deadline).thenComparing(Candidate::id);
  private static final Comparator<Delayed> BY_DUE =
      Comparator.comparingLong(Delayed::due).thenComparing(delayed -> delayed.candidate().id());

  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, ModelQueue> queues = new HashMap<>();
  private final FairnessSettings fairness;

  /** Outlives the queues: who was served more is remembered while nobody waits. */
  private final Map<ClassOfModel, TenantShares> shares = new HashMap<>();

  private final TreeSet<Candidate> deadlines = new TreeSet<>(BY_DEADLINE);
  private final TreeSet<Delayed> delayed = new TreeSet<>(BY_DUE);

  /** Where a waiting request stands: in its model's queue, or backing off. */
  private record Place(Candidate candidate, @Nullable Delayed delay) {}

  private record Delayed(long due, Candidate candidate) {}

  private record ClassOfModel(String model, ServiceClass serviceClass) {}

  /**
   * Nothing waits yet.
   *
   * @param fairness how tenants share a class
   */
  public WaitingIndex(FairnessSettings fairness) {
    this.fairness = fairness;
  }

  /**
   * Adds a request, or moves it if it is here already.
   *
   * @param notBefore microseconds since the epoch before which it is not offered
   */
  public void put(Candidate candidate, long notBefore, long nowMicros) {
    remove(candidate.id());
    deadlines.add(candidate);
    if (notBefore > nowMicros) {
      Delayed delay = new Delayed(notBefore, candidate);
      delayed.add(delay);
      places.put(candidate.id(), new Place(candidate, delay));
    } else {
      places.put(candidate.id(), new Place(candidate, null));
      queue(candidate.model()).add(candidate);
    }
  }

  /** Takes a request out; nothing happens if it is not here. */
  public void remove(String id) {
    Place place = places.remove(id);
    if (place == null) {
      return;
    }
    deadlines.remove(place.candidate());
    if (place.delay() != null) {
      delayed.remove(place.delay());
    } else {
      ModelQueue queue = queue(place.candidate().model());
      queue.remove(place.candidate());
      if (queue.isEmpty()) {
        queues.remove(place.candidate().model());
      }
    }
  }

  /** Offers the requests whose backoff is over. */
  public void release(long nowMicros) {
    while (!delayed.isEmpty() && delayed.first().due() <= nowMicros) {
      Candidate candidate = delayed.pollFirst().candidate();
      places.put(candidate.id(), new Place(candidate, null));
      queue(candidate.model()).add(candidate);
    }
  }

  /** The request that expires first, if its deadline has passed. */
  public @Nullable Candidate expired(long nowMicros) {
    return !deadlines.isEmpty() && deadlines.first().deadline() <= nowMicros
        ? deadlines.first()
        : null;
  }

  /** The models that have a request to offer. */
  public Collection<String> models() {
    return queues.keySet();
  }

  /** Whether a model has a request to offer. */
  public boolean offers(String model) {
    return queues.containsKey(model);
  }

  /**
   * Shows the few requests of a model and class among which the best for this worker is.
   *
   * @param visitor whether the worker could take the request: one that it could not is no head
   */
  public void heads(
      String model,
      ServiceClass serviceClass,
      WorkerView worker,
      RankPolicy rank,
      long nowMicros,
      HeadVisitor visitor) {
    ClassQueue queue = offered(model, serviceClass);
    if (queue != null) {
      queue.heads(worker, rank, nowMicros, visitor);
    }
  }

  /** What the least served tenant with a request to offer was served, in weighted tokens. */
  public double leastServed(String model, ServiceClass serviceClass) {
    return shares(model, serviceClass).least();
  }

  /**
   * Adds to what a tenant was served.
   *
   * @param candidate a request of the tenant, of the model and class that are meant
   * @param service in weighted tokens; negative to give back
   */
  public Share charge(Candidate candidate, double service) {
    ClassQueue queue = offered(candidate.model(), candidate.serviceClass());
    if (queue != null) {
      return queue.charge(candidate.tenant(), service);
    }
    TenantShares of = shares(candidate.model(), candidate.serviceClass());
    of.charge(candidate.tenant(), service);
    return new Share(of.served(candidate.tenant()), of.least());
  }

  /**
   * Restores what was known of tenants when a lease was granted. To be called after all that waits
   * has been put here.
   *
   * @param candidate the request that is leased
   */
  public void restore(Candidate candidate, Share share) {
    TenantShares of = shares(candidate.model(), candidate.serviceClass());
    of.raiseFloor(share.least());
    ClassQueue queue = offered(candidate.model(), candidate.serviceClass());
    if (queue == null) {
      of.raise(candidate.tenant(), share.served());
    } else {
      queue.raise(candidate.tenant(), share.served());
      queue.raiseAll(share.least());
    }
  }

  /** Requests waiting, those backing off included. */
  public int size() {
    return places.size();
  }

  /** What waits, by model and class, those backing off excluded. */
  public void census(Consumer<ClassCensus> visitor) {
    queues.forEach((model, queue) -> queue.census(model, visitor));
  }

  private ModelQueue queue(String model) {
    return queues.computeIfAbsent(
        model,
        name ->
            new ModelQueue(
                serviceClass ->
                    new ClassQueue(
                        shares(name, serviceClass),
                        fairness.leeway(serviceClass).ordersTenants())));
  }

  private @Nullable ClassQueue offered(String model, ServiceClass serviceClass) {
    ModelQueue queue = queues.get(model);
    return queue == null ? null : queue.of(serviceClass);
  }

  private TenantShares shares(String model, ServiceClass serviceClass) {
    return shares.computeIfAbsent(
        new ClassOfModel(model, serviceClass), any -> new TenantShares(fairness));
  }
}
