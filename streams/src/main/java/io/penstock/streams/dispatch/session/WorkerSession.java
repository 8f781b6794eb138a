package io.penstock.streams.dispatch.session;

import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A session of a worker as one shard sees it: its window, what was granted of it, and the leases it
 * holds. An instance belongs to one thread.
 */
public final class WorkerSession {

  private static final long UNLIMITED = -1;

  /**
   * The part of its leases' expected output for which KV cache is kept free. On average half of it
   * is still to come, but others end meanwhile. On the VTC trace an A10G, whose cache is the
   * bottleneck, serves 797 tokens/s with 0, 821 with 0.2, 812 with 0.3 and 785 with 0.5.
   */
  private static final double GROWTH_KEPT_FREE = 0.3;

  private final String workerId;
  private final String session;
  private final Speeds assumed;
  private final Map<String, Held> leased = new HashMap<>();
  private final GrantsInFlight inFlight = new GrantsInFlight();

  private List<String> said = List.of();
  private Set<Target> stated = Set.of();

  /** The models it stated as a whole: it serves all their variants. */
  private Set<String> whole = Set.of();

  private Set<String> models = Set.of();
  private long granted;
  private long limit;
  private long sequence = -1;
  private long prefillBudget = UNLIMITED;
  private long freeKv = UNLIMITED;
  private boolean active;
  private WorkerView reported;
  private double observedPrefill;
  private double observedDecode;
  private long lastHeardMicros;
  private boolean stopped;
  private long outputTokensLeased;
  private long pausedUntil;

  /** Outcomes of it that were read, or -1 if some may have been read before it was known here. */
  private long outcomesRead;

  private long outcomesSent = -1;
  private final Trust trust;

  /** A request it holds: when it expires, in microseconds, and what it is expected to generate. */
  private record Held(long deadline, int outputTokens) {}

  /**
   * @param granted leases granted to the session so far
   * @param assumed its speeds until it has observed its own
   * @param knownFromTheStart whether no outcome of it can have been read before
   */
  WorkerSession(
      String workerId,
      String session,
      long granted,
      Speeds assumed,
      boolean knownFromTheStart,
      RestSettings rest,
      long nowMicros) {
    this.workerId = workerId;
    this.session = session;
    this.granted = granted;
    this.limit = granted;
    this.assumed = assumed;
    this.lastHeardMicros = nowMicros;
    this.outcomesRead = knownFromTheStart ? 0 : -1;
    this.trust = new Trust(rest);
    this.reported =
        new WorkerView(
            workerId, assumed.prefillTokensPerSecond(), assumed.decodeTokensPerSecond(), 0, 0, 1);
  }

  /** Takes over what a demand says, unless a later one was seen. Returns whether it was news. */
  boolean hear(WorkerDemand demand, long nowMicros) {
    if (demand.getSequence() <= sequence) {
      return false;
    }
    sequence = demand.getSequence();
    lastHeardMicros = nowMicros;
    state(demand.getModels());
    limit = Math.max(limit, demand.getLeaseLimit());
    // A worker knows of every lease it received, also of those a lost shard forgot.
    granted = Math.max(granted, demand.getLeasesReceived());
    prefillBudget = demand.getPrefillBudgetTokens();
    freeKv = demand.getFreeKvTokens();
    active = demand.getState() == WorkerState.ACTIVE;
    stopped = demand.getState() == WorkerState.STOPPED;
    outcomesSent = demand.getOutcomesSent();
    pausedUntil = demand.getPausedUntil().map(Candidate::micros).orElse(0L);
    inFlight.confirmed(demand.getLeasesReceived());
    observedPrefill = speed(demand.getPrefillTokensPerSecond());
    observedDecode = speed(demand.getDecodeTokensPerSecond());
    reported =
        new WorkerView(
            workerId,
            observedPrefill > 0 ? observedPrefill : assumed.prefillTokensPerSecond(),
            observedDecode > 0 ? observedDecode : assumed.decodeTokensPerSecond(),
            Math.max(0, demand.getQueuedPrefillTokens()),
            Math.max(0, demand.getRunning()),
            Math.max(1, demand.getSlots()));
    return true;
  }

  /** Returns whether it would take a lease at all. */
  public boolean isOpen(long nowMicros) {
    return active
        && nowMicros >= pausedUntil
        && granted < limit
        && (prefillBudget == UNLIMITED || prefillBudget > inFlight.promptTokens());
  }

  /**
   * Returns whether this request has room in its KV cache, beside a part of what its leases are
   * still going to generate: an engine that is filled to the brim has to throw out the newest when
   * the others grow, and to compute them again. An idle worker takes any: what does not fit now
   * never will, and the engine says so better than we can.
   */
  public boolean hasRoomFor(Candidate candidate) {
    return isIdle()
        || freeKv == UNLIMITED
        || candidate.kvTokens() <= freeKv - inFlight.kvTokens() - growthTokens();
  }

  /** Returns whether it runs nothing and has nothing coming. */
  public boolean isIdle() {
    return reported.running() == 0 && inFlight.isEmpty();
  }

  /** Returns whether it serves a target: it does if it stated the model or just this variant. */
  public boolean serves(Target target) {
    return whole.contains(target.model()) || (target.variant() != null && stated.contains(target));
  }

  boolean servesAny(String model, List<Target> targets) {
    if (whole.contains(model)) {
      return true;
    }
    for (int each = 0; each < targets.size(); each++) {
      if (stated.contains(targets.get(each))) {
        return true;
      }
    }
    return false;
  }

  /** The worker as a rank sees it, leases on their way included. */
  public WorkerView view() {
    if (inFlight.isEmpty()) {
      return reported;
    }
    return new WorkerView(
        workerId,
        reported.prefillTokensPerSecond(),
        reported.decodeTokensPerSecond(),
        reported.queuedPrefillTokens() + inFlight.promptTokens(),
        reported.running() + inFlight.size(),
        reported.slots());
  }

  /** Uses up one lease of the window and returns its number in the session, from 1. */
  public long grant(Candidate candidate, long nowMicros) {
    granted++;
    inFlight.add(candidate, granted, nowMicros);
    hold(candidate);
    return granted;
  }

  /** Restores a lease found in the state store. */
  void restore(Candidate candidate, long grantSequence, long nowMicros) {
    hold(candidate);
    inFlight.add(candidate, grantSequence, nowMicros);
  }

  /**
   * Forgets and returns the keys of the requests that were granted before an instant and that the
   * worker has not confirmed since, though it is heard of: the grants must be lost.
   */
  List<String> unconfirmed(long grantedBefore) {
    List<String> lost = inFlight.takeOlderThan(grantedBefore);
    lost.retainAll(leased.keySet());
    return lost;
  }

  /** Counts an outcome of it that was read, whatever it is worth. */
  void outcomeRead() {
    if (outcomesRead >= 0) {
      outcomesRead++;
    }
  }

  /**
   * Returns whether every outcome that it wrote has been read, as far as it says how many those
   * are.
   */
  boolean allOutcomesRead() {
    return outcomesSent >= 0 && outcomesRead >= outcomesSent;
  }

  /**
   * The time until which it asked not to be given anything, in microseconds; in the past if it did
   * not.
   */
  public long pausedUntil() {
    return pausedUntil;
  }

  /** Returns how far its failures and refusals are believed. */
  Trust trust() {
    return trust;
  }

  /** The time until which it rests, if it does. */
  public Instant restsUntil() {
    return trust.restsUntil();
  }

  /** Returns whether it rests, or is on probation after that. */
  public boolean isResting() {
    return trust.isResting();
  }

  /** Notes that a request is no longer with it. */
  public void release(String key) {
    Held held = leased.remove(key);
    if (held != null) {
      outputTokensLeased -= held.outputTokens();
    }
  }

  private void hold(Candidate candidate) {
    release(candidate.key());
    int outputTokens = candidate.kvTokens() - candidate.promptTokens();
    leased.put(candidate.key(), new Held(candidate.deadline(), outputTokens));
    outputTokensLeased += outputTokens;
  }

  private long growthTokens() {
    // What is in flight is counted in full already.
    long running = outputTokensLeased - (inFlight.kvTokens() - inFlight.promptTokens());
    return (long) (GROWTH_KEPT_FREE * Math.max(0, running));
  }

  /** Closes the window until the worker is heard of again. */
  public void close() {
    active = false;
    limit = granted;
  }

  /** The key of the request of this id that it holds; empty if there is none, or more than one. */
  public Optional<String> keyOf(String id) {
    List<String> keys =
        leased.keySet().stream().filter(key -> RequestKey.id(key).equals(id)).toList();
    return keys.size() == 1 ? Optional.of(keys.getFirst()) : Optional.empty();
  }

  /** The keys of the requests it holds, as a copy: taking them back changes the original. */
  public List<String> leased() {
    return new ArrayList<>(leased.keySet());
  }

  /** The keys of the requests it holds whose deadline was before this, as a copy. */
  public List<String> overdue(long beforeMicros) {
    List<String> overdue = new ArrayList<>(0);
    leased.forEach(
        (key, held) -> {
          if (held.deadline() < beforeMicros) {
            overdue.add(key);
          }
        });
    return overdue;
  }

  /** Leases it holds. */
  public int leases() {
    return leased.size();
  }

  /** Leases granted to it so far. */
  long granted() {
    return granted;
  }

  public String workerId() {
    return workerId;
  }

  public String session() {
    return session;
  }

  /** The models and variants it stated. */
  public Set<Target> targets() {
    return stated;
  }

  /** The models that it serves, wholly or some variants of. */
  public Set<String> models() {
    return models;
  }

  /** Returns how fast it reads prompts as it has observed itself, or 0. */
  public double observedPrefillSpeed() {
    return observedPrefill;
  }

  /** Returns how fast it generates one sequence as it has observed itself, or 0. */
  public double observedDecodeSpeed() {
    return observedDecode;
  }

  private void state(List<String> targets) {
    if (targets.equals(said)) {
      return;
    }
    said = List.copyOf(targets);
    stated = targets.stream().map(Target::parse).collect(Collectors.toUnmodifiableSet());
    // In one order everywhere: grants follow it.
    models = stated.stream().map(Target::model).collect(Collectors.toCollection(TreeSet::new));
    whole =
        stated.stream()
            .filter(target -> target.variant() == null)
            .map(Target::model)
            .collect(Collectors.toUnmodifiableSet());
  }

  public boolean isActive() {
    return active;
  }

  long lastHeardMicros() {
    return lastHeardMicros;
  }

  /** Returns whether it ended in good order. */
  public boolean isStopped() {
    return stopped;
  }

  /** Counts its silence from later: nobody listened meanwhile, nor read what it confirms. */
  void excuse(long micros, long nowMicros) {
    lastHeardMicros = Math.min(nowMicros, lastHeardMicros + micros);
    inFlight.excuse(nowMicros);
  }

  boolean holdsNothing() {
    return leased.isEmpty();
  }

  /** Returns what was stated, if it is a speed, else 0. */
  private static double speed(Optional<Double> tokensPerSecond) {
    return tokensPerSecond.filter(speed -> speed > 0 && Double.isFinite(speed)).orElse(0.0);
  }
}
