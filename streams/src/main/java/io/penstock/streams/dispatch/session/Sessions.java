package io.penstock.streams.dispatch.session;

import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The workers that one shard knows, each in its latest session. An instance belongs to one thread.
 */
public final class Sessions {

  private final Map<String, WorkerSession> byWorker = new LinkedHashMap<>();

  /** Former sessions that stopped in good order and whose outcomes are not all read yet. */
  private final List<WorkerSession> leaving = new ArrayList<>(0);

  private final FormerSessions former = new FormerSessions();

  private final Speeds assumed;
  private final RestSettings rest;
  private final long leaseTimeoutMicros;
  private final long forgetAfterMicros;

  /**
   * @param assumed speeds of workers that have not observed their own
   * @param rest when a worker rests whose failures others contradict
   * @param leaseTimeoutMicros silence after which a worker's leases are taken back
   * @param forgetAfterMicros silence after which nothing of it is remembered
   */
  public Sessions(
      Speeds assumed, RestSettings rest, long leaseTimeoutMicros, long forgetAfterMicros) {
    this.assumed = assumed;
    this.rest = rest;
    this.leaseTimeoutMicros = leaseTimeoutMicros;
    this.forgetAfterMicros = forgetAfterMicros;
  }

  /** The meaning of a demand. */
  public sealed interface Heard {

    /**
     * News of a session.
     *
     * @param session the session, up to date
     * @param superseded the worker's earlier session, now lost, if there was one that had not
     *     stopped in good order
     */
    record News(WorkerSession session, @Nullable WorkerSession superseded) implements Heard {}

    /** The demand comes from a session that is over, or is older than the latest. */
    record Stale() implements Heard {}
  }

  /**
   * Takes in a demand. Sessions are UUIDv7, so a later one is greater and replaces the known one at
   * once. An earlier one counts only once the known one is silent, for clocks may be set back; so
   * does one that was replaced before, and it goes on where it was: whatever the order of demands,
   * what a session was granted never falls.
   */
  public Heard hear(WorkerDemand demand, long nowMicros) {
    if (demand.getSequence() < 0) {
      return new Heard.Stale();
    }
    WorkerSession known = byWorker.get(demand.getWorkerId());
    if (known != null && known.session().equals(demand.getSession())) {
      return known.hear(demand, nowMicros) ? new Heard.News(known, null) : new Heard.Stale();
    }
    WorkerSession replaced = former.find(demand.getWorkerId(), demand.getSession());
    boolean begins = replaced == null && isLater(demand, known);
    if (!begins && known != null && !silent(known, nowMicros)) {
      return new Heard.Stale();
    }
    WorkerSession session = replaced == null ? begin(demand, nowMicros) : replaced;
    if (!session.hear(demand, nowMicros)) {
      return new Heard.Stale();
    }
    former.remove(session);
    leaving.remove(session);
    byWorker.put(session.workerId(), session);
    if (known == null) {
      return new Heard.News(session, null);
    }
    former.add(known, nowMicros);
    if (known.isStopped()) {
      leaving.add(known);
      return new Heard.News(session, null);
    }
    return new Heard.News(session, known);
  }

  private static boolean isLater(WorkerDemand demand, @Nullable WorkerSession known) {
    return known == null || demand.getSession().compareTo(known.session()) > 0;
  }

  private WorkerSession begin(WorkerDemand demand, long nowMicros) {
    boolean fresh = demand.getLeasesReceived() == 0;
    return new WorkerSession(
        demand.getWorkerId(), demand.getSession(), 0, assumed, fresh, rest, nowMicros);
  }

  /** An outcome of this session was read. */
  public void outcomeRead(String workerId, String sessionId) {
    WorkerSession session = find(workerId, sessionId);
    if (session != null) {
      session.outcomeRead();
    }
  }

  /** Restores a session from the state store; its silence counts from now. */
  public void restore(String workerId, DispatchSession stored, long nowMicros) {
    byWorker.put(workerId, restored(workerId, stored.getSession(), stored.getGranted(), nowMicros));
    stored
        .getFormer()
        .forEach(
            each ->
                former.add(
                    restored(workerId, each.getSession(), each.getGranted(), nowMicros),
                    nowMicros));
  }

  private WorkerSession restored(String workerId, String session, long granted, long nowMicros) {
    return new WorkerSession(workerId, session, granted, assumed, false, rest, nowMicros);
  }

  /** Returns what of a worker's latest session, and of those before it, must survive a restart. */
  public DispatchSession stored(WorkerSession session) {
    return new DispatchSession(
        session.session(), session.granted(), former.stored(session.workerId()));
  }

  /** Restores a lease from the state store. Returns false if its session is not known. */
  public boolean restoreLease(Candidate candidate, DispatchLease lease, long nowMicros) {
    WorkerSession session = find(lease.getWorkerId(), lease.getSession());
    if (session == null) {
      return false;
    }
    session.restore(candidate, lease.getSequence(), nowMicros);
    return true;
  }

  /** Notes that a request is no longer leased under this lease. */
  public void release(String key, DispatchLease lease) {
    WorkerSession session = find(lease.getWorkerId(), lease.getSession());
    if (session != null) {
      session.release(key);
    }
  }

  /** This session of the worker, if it is the latest or leaving. */
  public @Nullable WorkerSession find(String workerId, String sessionId) {
    WorkerSession latest = byWorker.get(workerId);
    if (latest != null && latest.session().equals(sessionId)) {
      return latest;
    }
    for (WorkerSession each : leaving) {
      if (each.session().equals(sessionId) && each.workerId().equals(workerId)) {
        return each;
      }
    }
    return null;
  }

  /**
   * The sessions that would take a request of one of these targets now. One that rests is among
   * them only if all other live workers of theirs rest or pause: a bad worker is better than none.
   *
   * @param model the model of all the targets
   */
  public List<WorkerSession> open(String model, List<Target> targets, long nowMicros) {
    List<WorkerSession> open = new ArrayList<>(byWorker.size());
    boolean spared = false;
    boolean others = false;
    for (WorkerSession session : byWorker.values()) {
      if (!session.isActive() || !session.servesAny(model, targets)) {
        continue;
      }
      boolean admitted = session.trust().admits(session.holdsNothing(), nowMicros);
      others |= !session.isResting() && nowMicros >= session.pausedUntil();
      if (session.isOpen(nowMicros)) {
        spared |= !admitted;
        open.add(session);
      }
    }
    if (spared && others) {
      open.removeIf(session -> !session.trust().admits(session.holdsNothing(), nowMicros));
    }
    return open;
  }

  /** Returns whether another live worker, which neither rests nor pauses, serves a target. */
  public boolean servesElsewhere(Target target, String workerId, long nowMicros) {
    for (WorkerSession session : byWorker.values()) {
      if (session.isActive()
          && !session.isResting()
          && nowMicros >= session.pausedUntil()
          && !session.workerId().equals(workerId)
          && session.serves(target)) {
        return true;
      }
    }
    return false;
  }

  /** A worker failed a request, or refused it. */
  public void failed(String workerId, long nowMicros) {
    WorkerSession session = byWorker.get(workerId);
    if (session != null) {
      session.trust().failed(nowMicros);
    }
  }

  /**
   * A worker served a request.
   *
   * @param failedOn the workers that had failed or refused it
   * @return those of them that rest from now on
   */
  public List<WorkerSession> served(String workerId, List<String> failedOn, long nowMicros) {
    WorkerSession server = byWorker.get(workerId);
    if (server == null) {
      return List.of();
    }
    server.trust().served(nowMicros);
    List<WorkerSession> rest = new ArrayList<>(0);
    for (String each : failedOn) {
      WorkerSession other = byWorker.get(each);
      if (other != null && other != server && other.trust().contradicted(nowMicros)) {
        rest.add(other);
      }
    }
    return rest;
  }

  /** Returns what the live workers that serve a target can do together. */
  public TargetCapacity capacity(Target target) {
    int workers = 0;
    int slots = 0;
    double prefill = 0;
    double decode = 0;
    SpeedMean observedPrefill = new SpeedMean();
    SpeedMean observedDecode = new SpeedMean();
    for (WorkerSession session : byWorker.values()) {
      if (session.isActive() && session.serves(target)) {
        WorkerView view = session.view();
        workers++;
        slots += view.slots();
        prefill += view.prefillTokensPerSecond();
        decode += view.decodeTokensPerSecond();
        observedPrefill.add(session.observedPrefillSpeed());
        observedDecode.add(session.observedDecodeSpeed());
      }
    }
    OptionalDouble meanPrefill = observedPrefill.mean();
    return new TargetCapacity(
        workers,
        slots,
        prefill,
        workers == 0 ? 0 : decode / workers,
        meanPrefill.isPresent()
            ? OptionalDouble.of(meanPrefill.getAsDouble() * workers)
            : OptionalDouble.empty(),
        observedDecode.mean());
  }

  /** Returns whether a live worker serves a target. */
  public boolean serves(Target target) {
    for (WorkerSession session : byWorker.values()) {
      if (session.isActive() && session.serves(target)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what the sessions, live or not, have stated. */
  public Set<Target> targets() {
    Set<Target> targets = new HashSet<>();
    byWorker.values().forEach(session -> targets.addAll(session.targets()));
    return targets;
  }

  /** Closes and returns the sessions that have been silent for too long and still hold leases. */
  public List<WorkerSession> silent(long nowMicros) {
    List<WorkerSession> silent = new ArrayList<>(0);
    for (WorkerSession session : byWorker.values()) {
      if (silent(session, nowMicros) && !session.isStopped()) {
        session.close();
        if (!session.holdsNothing()) {
          silent.add(session);
        }
      }
    }
    return silent;
  }

  /**
   * The sessions that ended in good order and still hold leases, once all their outcomes are read:
   * these come by another topic, maybe after the word that the worker ended. A session that does
   * not say how many there are counts as read after a lease time-out.
   */
  public List<WorkerSession> ended(long nowMicros) {
    List<WorkerSession> ended = new ArrayList<>(0);
    for (WorkerSession session : byWorker.values()) {
      if (session.isStopped() && !session.holdsNothing() && isRead(session, nowMicros)) {
        ended.add(session);
      }
    }
    for (WorkerSession session : leaving) {
      if (isRead(session, nowMicros)) {
        ended.add(session);
      }
    }
    leaving.removeIf(session -> session.holdsNothing() || isRead(session, nowMicros));
    return ended;
  }

  private boolean isRead(WorkerSession session, long nowMicros) {
    return session.allOutcomesRead() || silent(session, nowMicros);
  }

  /**
   * The grants that must be lost: their worker is heard of, and has not confirmed them for two
   * lease time-outs.
   *
   * @param visitor told each session and the keys of the requests
   */
  public void unconfirmed(long nowMicros, BiConsumer<WorkerSession, List<String>> visitor) {
    for (WorkerSession session : List.copyOf(byWorker.values())) {
      if (!silent(session, nowMicros)) {
        long before =
            Math.min(
                nowMicros - 2 * leaseTimeoutMicros, session.lastHeardMicros() - leaseTimeoutMicros);
        List<String> keys = session.unconfirmed(before);
        if (!keys.isEmpty()) {
          visitor.accept(session, keys);
        }
      }
    }
  }

  /** Counts everybody's silence from later: for this long nobody listened. */
  public void excuse(long micros, long nowMicros) {
    byWorker.values().forEach(session -> session.excuse(micros, nowMicros));
    leaving.forEach(session -> session.excuse(micros, nowMicros));
  }

  /** The mean of those speeds that are known. */
  private static final class SpeedMean {
    private double sum;
    private int count;

    void add(double speed) {
      if (speed > 0) {
        sum += speed;
        count++;
      }
    }

    OptionalDouble mean() {
      return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }
  }

  private boolean silent(WorkerSession session, long nowMicros) {
    return nowMicros - session.lastHeardMicros() > leaseTimeoutMicros;
  }

  /** Forgets and returns the sessions that have been silent for very long and hold nothing. */
  public List<WorkerSession> forgotten(long nowMicros) {
    former.forget(nowMicros);
    List<WorkerSession> forgotten = new ArrayList<>(0);
    for (WorkerSession session : byWorker.values()) {
      if (session.holdsNothing() && nowMicros - session.lastHeardMicros() > forgetAfterMicros) {
        forgotten.add(session);
      }
    }
    forgotten.forEach(session -> byWorker.remove(session.workerId(), session));
    return forgotten;
  }

  public @Nullable WorkerSession find(String workerId) {
    return byWorker.get(workerId);
  }

  public Collection<WorkerSession> all() {
    return Collections.unmodifiableCollection(byWorker.values());
  }
}
