package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.fairness.TenantShares;
import io.penstock.streams.dispatch.index.TenantQueue.Hope;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The requests that wait for one target in one class: by prompt size, in each size by the objective
 * for the first token, and in each of these by tenant. Requests whose objective has passed stand
 * apart, by age, so that they are not in the way of those that can still make it.
 *
 * <p>The heads are those of each size over all tenants, so that the best rank of all is among them,
 * and those of the least served tenants, which the heads of a tenant with very many requests would
 * hide.
 */
final class ClassQueue {

  /** The least served tenants whose heads are shown, of those with hope and of those without. */
  private static final int TENANTS = 8;

  /** What a probe waits for is not compared. */
  private static final Target ANY_TARGET = Target.ofModel("");

  private static final Comparator<TenantQueue> BY_SERVED =
      Comparator.comparingDouble(TenantQueue::served).thenComparing(TenantQueue::tenant);

  private final TenantShares shares;
  private final boolean ordersTenants;
  private final Map<String, TenantQueue> tenants = new HashMap<>();
  private final TreeSet<TenantQueue> withHope = new TreeSet<>(BY_SERVED);
  private final TreeSet<TenantQueue> withLate = new TreeSet<>(BY_SERVED);
  private final SizeBucket[] hopeful = bucketsOf(Hope.HOPEFUL);
  private final SizeBucket[] late = bucketsOf(Hope.LATE);
  private int size;
  private long promptTokens;
  private long kvTokens;

  /**
   * @param shares what tenants were served; outlives this queue
   * @param ordersTenants whether the least served ones are to be shown
   */
  ClassQueue(TenantShares shares, boolean ordersTenants) {
    this.shares = shares;
    this.ordersTenants = ordersTenants;
  }

  void add(Candidate candidate) {
    TenantQueue tenant = tenants.get(candidate.account());
    if (tenant == null) {
      tenant = new TenantQueue(candidate.account(), shares);
      shares.enter(candidate.account());
      tenant.setServed(shares.served(candidate.account()));
      tenants.put(candidate.account(), tenant);
    }
    if (add(tenant, Hope.HOPEFUL, candidate)) {
      count(candidate, 1);
    }
  }

  void remove(Candidate candidate) {
    TenantQueue tenant = tenants.get(candidate.account());
    if (tenant == null) {
      return;
    }
    if (remove(tenant, Hope.HOPEFUL, candidate) || remove(tenant, Hope.LATE, candidate)) {
      count(candidate, -1);
      if (tenant.isEmpty()) {
        tenants.remove(candidate.account());
        shares.leave(candidate.account());
      }
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds service to a tenant's counter, whether it waits or not. */
  Share charge(String tenant, double service, long nowMicros) {
    shares.charge(tenant, service, nowMicros);
    moved(tenant);
    return new Share(shares.served(tenant), shares.least());
  }

  /** Restores a counter. */
  void raise(String tenant, double served) {
    shares.raise(tenant, served);
    moved(tenant);
  }

  /** Restores the counters of those that wait to at least this. */
  void raiseAll(double least) {
    for (String tenant = shares.leastServed();
        tenant != null && shares.least() < least;
        tenant = shares.leastServed()) {
      raise(tenant, least);
    }
  }

  /** Returns what the least served tenant here was served. */
  double least() {
    return shares.least();
  }

  void heads(WorkerView worker, RankPolicy rank, long nowMicros, HeadVisitor visitor) {
    setLateApart(nowMicros);
    boolean byTenant = ordersTenants && tenants.size() > 1;
    if (!byTenant || tenants.size() > TENANTS) {
      for (int each = 0; each < Sizes.COUNT; each++) {
        if (!hopeful[each].isEmpty()) {
          showHopeful(hopeful[each], worker, rank, nowMicros, visitor);
        }
        late[each].show(visitor);
      }
    }
    if (byTenant) {
      int shown = 0;
      for (TenantQueue tenant : withHope) {
        showHopeful(tenant, worker, rank, nowMicros, visitor);
        if (++shown == TENANTS) {
          break;
        }
      }
      shown = 0;
      for (TenantQueue tenant : withLate) {
        showLate(tenant, visitor);
        if (++shown == TENANTS) {
          break;
        }
      }
    }
  }

  ClassCensus census(Target target, ServiceClass serviceClass) {
    long oldest = Long.MAX_VALUE;
    for (int each = 0; each < Sizes.COUNT; each++) {
      oldest = Math.min(oldest, acceptedFirst(hopeful[each]));
      oldest = Math.min(oldest, acceptedFirst(late[each]));
    }
    return new ClassCensus(
        target, serviceClass, size, 0, 0, oldest, promptTokens, kvTokens - promptTokens);
  }

  private void setLateApart(long nowMicros) {
    for (int each = 0; each < Sizes.COUNT; each++) {
      SizeBucket bucket = hopeful[each];
      while (!bucket.isEmpty() && bucket.first().firstTokenBy() < nowMicros) {
        Candidate candidate = bucket.first();
        TenantQueue tenant = bucket.firstTenant().tenant();
        remove(tenant, Hope.HOPEFUL, candidate);
        add(tenant, Hope.LATE, candidate);
      }
    }
  }

  /**
   * Shows a later request of the same size if the head cannot make its objective on this worker.
   */
  private static void showHopeful(
      SizeBucket bucket, WorkerView worker, RankPolicy rank, long nowMicros, HeadVisitor visitor) {
    bucket.show(visitor);
    Candidate head = bucket.first();
    long ready = rank.readyMicros(head.promptTokens(), worker, nowMicros);
    if (head.firstTokenBy() < ready) {
      bucket.showFrom(objective(ready), visitor);
    }
  }

  private static void showHopeful(
      TenantQueue tenant, WorkerView worker, RankPolicy rank, long nowMicros, HeadVisitor visitor) {
    for (int each = 0; each < Sizes.COUNT; each++) {
      TenantBucket ofTenant = tenant.existing(Hope.HOPEFUL, each);
      if (ofTenant != null && !ofTenant.isEmpty()) {
        ofTenant.show(visitor);
        Candidate head = ofTenant.first();
        long ready = rank.readyMicros(head.promptTokens(), worker, nowMicros);
        if (head.firstTokenBy() < ready) {
          ofTenant.showFrom(objective(ready), visitor);
        }
      }
    }
  }

  private static void showLate(TenantQueue tenant, HeadVisitor visitor) {
    for (int each = 0; each < Sizes.COUNT; each++) {
      TenantBucket ofTenant = tenant.existing(Hope.LATE, each);
      if (ofTenant != null) {
        ofTenant.show(visitor);
      }
    }
  }

  private boolean add(TenantQueue tenant, Hope hope, Candidate candidate) {
    int place = Sizes.of(candidate);
    if (!buckets(hope)[place].add(tenant.bucket(hope, place), candidate)) {
      return false;
    }
    tenant.count(hope, 1);
    order(hope).add(tenant);
    return true;
  }

  private boolean remove(TenantQueue tenant, Hope hope, Candidate candidate) {
    int place = Sizes.of(candidate);
    TenantBucket ofTenant = tenant.existing(hope, place);
    if (ofTenant == null || !buckets(hope)[place].remove(ofTenant, candidate)) {
      return false;
    }
    tenant.count(hope, -1);
    if (!tenant.has(hope)) {
      order(hope).remove(tenant);
    }
    return true;
  }

  /** Takes over a tenant's counter where it stands in the order by it. */
  private void moved(String name) {
    TenantQueue tenant = tenants.get(name);
    if (tenant != null) {
      withHope.remove(tenant);
      withLate.remove(tenant);
      tenant.setServed(shares.served(name));
      if (tenant.has(Hope.HOPEFUL)) {
        withHope.add(tenant);
      }
      if (tenant.has(Hope.LATE)) {
        withLate.add(tenant);
      }
    }
  }

  private SizeBucket[] buckets(Hope hope) {
    return switch (hope) {
      case HOPEFUL -> hopeful;
      case LATE -> late;
    };
  }

  private Set<TenantQueue> order(Hope hope) {
    return switch (hope) {
      case HOPEFUL -> withHope;
      case LATE -> withLate;
    };
  }

  private static long acceptedFirst(SizeBucket bucket) {
    return bucket.isEmpty() ? Long.MAX_VALUE : bucket.first().acceptedAt();
  }

  private void count(Candidate candidate, int sign) {
    size += sign;
    promptTokens += (long) sign * candidate.promptTokens();
    kvTokens += (long) sign * candidate.kvTokens();
  }

  /** A probe that stands before every request with this objective. */
  private static Candidate objective(long firstTokenBy) {
    return new Candidate(
        "",
        ANY_TARGET,
        ServiceClass.INTERACTIVE,
        "",
        0,
        firstTokenBy,
        0,
        1,
        1,
        null,
        0,
        false,
        false,
        false);
  }

  private static SizeBucket[] bucketsOf(Hope hope) {
    SizeBucket[] buckets = new SizeBucket[Sizes.COUNT];
    for (int each = 0; each < Sizes.COUNT; each++) {
      buckets[each] = new SizeBucket(hope.order());
    }
    return buckets;
  }
}
