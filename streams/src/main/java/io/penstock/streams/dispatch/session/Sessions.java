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
import org.jspecify.annotations.Nullable;

/** The workers that one shard knows, each in its latest session. For one thread. */
public final class Sessions {

  private static final long OUTCOMES_FOLLOW_MICROS = 500_000;

  private final Map<String, WorkerSession> byWorker = new LinkedHashMap<>();
  private final Speeds assumed;
  private final long leaseTimeoutMicros;
  private final long forgetAfterMicros;

  /**
   * @param assumed speeds of workers that have not observed their own
   * @param leaseTimeoutMicros silence after which a worker's leases are taken back
   * @param forgetAfterMicros silence after which nothing of it is remembered
   */
  public Sessions(Speeds assumed, long leaseTimeoutMicros, long forgetAfterMicros) {
    this.assumed = assumed;
    this.leaseTimeoutMicros = leaseTimeoutMicros;
    this.forgetAfterMicros = forgetAfterMicros;
  }

  /** What a demand means. */
  public sealed interface Heard {

    /**
     * News of a session.
     *
     * @param session the session, up to date
     * @param superseded the worker's earlier session, now over, if there was one
     */
    record News(WorkerSession session, @Nullable WorkerSession superseded) implements Heard {}

    /** Of a session that is over, or older than what is known. */
    record Stale() implements Heard {}
  }

  /**
   * Takes in a demand. Sessions are UUIDv7, so a later one is greater; an earlier one counts only
   * once the known one is silent, for clocks may be set back.
   */
  public Heard hear(WorkerDemand demand, long nowMicros) {
    WorkerSession known = byWorker.get(demand.getWorkerId());
    int order = known == null ? 1 : demand.getSession().compareTo(known.session());
    if (demand.getSequence() < 0 || (order < 0 && !silent(known, nowMicros))) {
      return new Heard.Stale();
    }
    WorkerSession session = known;
    if (order != 0) {
      session = new WorkerSession(demand.getWorkerId(), demand.getSession(), 0, assumed, nowMicros);
      byWorker.put(demand.getWorkerId(), session);
    }
    if (!session.hear(demand, nowMicros)) {
      return new Heard.Stale();
    }
    return new Heard.News(session, order != 0 ? known : null);
  }

  /** Restores a session from the state store; its silence counts from now. */
  public void restore(String workerId, DispatchSession stored, long nowMicros) {
    byWorker.put(
        workerId,
        new WorkerSession(workerId, stored.getSession(), stored.getGranted(), assumed, nowMicros));
  }

  /** Restores a lease from the state store. Returns false if its session is not known. */
  public boolean restoreLease(Candidate candidate, DispatchLease lease) {
    WorkerSession session = byWorker.get(lease.getWorkerId());
    if (session == null || !session.session().equals(lease.getSession())) {
      return false;
    }
    session.restore(candidate, lease.getSequence());
    return true;
  }

  /** Notes that a request is no longer leased under this lease. */
  public void release(String key, DispatchLease lease) {
    WorkerSession session = byWorker.get(lease.getWorkerId());
    if (session != null && session.session().equals(lease.getSession())) {
      session.release(key);
    }
  }

  /**
   * The sessions that would take a request of one of these targets now.
   *
   * @param model the model of all the targets
   */
  public List<WorkerSession> open(String model, List<String> targets) {
    List<WorkerSession> open = new ArrayList<>(byWorker.size());
    for (WorkerSession session : byWorker.values()) {
      if (session.isOpen() && session.servesAny(model, targets)) {
        open.add(session);
      }
    }
    return open;
  }

  /** What the live workers that serve a target can do together. */
  public TargetCapacity capacity(Target target) {
    String name = target.toString();
    int workers = 0;
    int slots = 0;
    double prefill = 0;
    double decode = 0;
    SpeedMean observedPrefill = new SpeedMean();
    SpeedMean observedDecode = new SpeedMean();
    for (WorkerSession session : byWorker.values()) {
      if (session.isActive() && session.serves(target.model(), name)) {
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

  /** Whether a live worker serves a target. */
  public boolean serves(Target target) {
    String name = target.toString();
    for (WorkerSession session : byWorker.values()) {
      if (session.isActive() && session.serves(target.model(), name)) {
        return true;
      }
    }
    return false;
  }

  /** What the sessions, live or not, have stated. */
  public Set<String> targets() {
    Set<String> targets = new HashSet<>();
    byWorker.values().forEach(session -> targets.addAll(session.targets()));
    return targets;
  }

  /** Closes and returns the sessions that have been silent for too long and still hold leases. */
  public List<WorkerSession> silent(long nowMicros) {
    List<WorkerSession> silent = new ArrayList<>(0);
    for (WorkerSession session : byWorker.values()) {
      if (silent(session, nowMicros)) {
        session.close();
        if (!session.holdsNothing()) {
          silent.add(session);
        }
      }
    }
    return silent;
  }

  /**
   * The sessions that ended in good order a while ago and still hold leases. Not at once: the last
   * outcomes come by another topic and may be read after the word that it ended.
   */
  public List<WorkerSession> ended(long nowMicros) {
    List<WorkerSession> ended = new ArrayList<>(0);
    for (WorkerSession session : byWorker.values()) {
      if (session.isStopped()
          && !session.holdsNothing()
          && nowMicros - session.lastHeardMicros() > OUTCOMES_FOLLOW_MICROS) {
        ended.add(session);
      }
    }
    return ended;
  }

  /** Counts everybody's silence from later: for this long nobody listened. */
  public void excuse(long micros, long nowMicros) {
    byWorker.values().forEach(session -> session.excuse(micros, nowMicros));
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
