package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.index.ClassCensus;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Lifecycle;
import io.penstock.streams.dispatch.lifecycle.State;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Dispatch for one model partition: takes in records, keeps what waits and who asks, and grants
 * leases. Knows neither Kafka nor the clock: the Streams processor and the simulator drive the same
 * code. For one thread.
 *
 * <p>Every public method handles one record, or the passing of time, and leaves no lease ungranted
 * that could be granted.
 */
public final class DispatchShard {

  private static final Duration FORGET_WORKER_AFTER = Duration.ofHours(1);
  private static final int FINISHED_LOOKED_AT_PER_TICK = 500;

  /** A tick is one transaction, which must end long before its time-out. */
  private static final int EXPIRED_PER_TICK = 2000;

  /** A longer time between ticks means that nobody listened to heartbeats either. */
  private static final Duration STALL = Duration.ofSeconds(1);

  private final int partition;
  private final ShardSettings settings;
  private final Lifecycle lifecycle;
  private final ShardStore store;
  private final ShardOutput output;
  private final ShardMetrics metrics;
  private final WaitingIndex index;
  private final Interner interner = new Interner();
  private final Sessions sessions;
  private final Match match;
  private final Settlement settlement;
  private final List<DispatchEntry> orphans = new ArrayList<>();
  private @Nullable Instant lastTick;

  public DispatchShard(
      int partition,
      TopicNames names,
      ShardSettings settings,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics) {
    this.partition = partition;
    this.settings = settings;
    this.lifecycle =
        new Lifecycle(
            names,
            partition,
            settings.retries(),
            settings.leaseTimeout(),
            settings.longestDeadline());
    this.store = store;
    this.output = output;
    this.metrics = metrics;
    this.sessions =
        new Sessions(
            settings.assumedSpeeds(), micros(settings.leaseTimeout()), micros(FORGET_WORKER_AFTER));
    this.index = new WaitingIndex(settings.fairness());
    this.settlement = new Settlement(settings.fairness());
    this.match = new Match(index, settings.rank(), settings.fairness(), settings.choice());
  }

  /**
   * Rebuilds memory from the store, at start and at every take-over. Silence counts from now.
   * Writes nothing: leases of sessions that are not known are taken back with the first tick.
   */
  public void restore(Instant now) {
    long nowMicros = Candidate.micros(now);
    store.forEachSession((workerId, stored) -> sessions.restore(workerId, stored, nowMicros));
    Map<Candidate, Share> shares = new LinkedHashMap<>();
    store.forEachRequest(
        entry -> {
          switch (State.of(entry)) {
            case State.Leased leased -> {
              Candidate candidate = interner.candidate(entry);
              DispatchLease lease = leased.lease();
              shares.put(candidate, new Share(lease.getTenantServed(), lease.getLeastServed()));
              if (!sessions.restoreLease(candidate, lease)) {
                orphans.add(entry);
              }
            }
            case State.Waiting ignored -> enqueue(entry, nowMicros);
            case State.Unknown ignored -> {}
            case State.Forestalled ignored -> {}
            case State.Finished ignored -> {}
          }
        });
    shares.forEach(index::restore);
  }

  /** A scored request was read from a work topic. */
  public void work(
      ScoredFacts facts,
      ServiceClass topicClass,
      long offset,
      @Nullable String traceparent,
      Instant now) {
    Decision decision =
        handle(facts.getId(), new Event.Arrived(facts, topicClass, offset, traceparent), now);
    grantTo(decision, now);
  }

  /** A worker stated its demand. */
  public void demand(WorkerDemand demand, Instant now) {
    switch (sessions.hear(demand, Candidate.micros(now))) {
      case Sessions.Heard.Stale ignored -> {}
      case Sessions.Heard.News(WorkerSession session, WorkerSession superseded) -> {
        if (superseded != null) {
          Event over =
              superseded.isStopped()
                  ? new Event.GivenBack(superseded.session())
                  : lost(superseded, "its worker began a new session");
          takeBack(superseded, over, now);
          store.putSession(session.workerId(), session.stored());
        }
        session.models().forEach(model -> grant(model, now));
      }
    }
  }

  /** A worker reported how an attempt ended. */
  public void outcome(AttemptOutcome outcome, Instant now) {
    Decision decision = handle(outcome.getRequestId(), new Event.Ended(outcome), now);
    grantTo(decision, now);
  }

  /**
   * Somebody gave a command; one that lacks what its kind needs, or concerns nobody, is ignored.
   */
  public void control(ControlCommand command, Instant now) {
    switch (command.getKind()) {
      case CANCEL ->
          command
              .getRequestId()
              .ifPresent(
                  id -> handle(id, new Event.CancelAsked(command.getReason().orElse(null)), now));
      case REPRIORITISE ->
          command
              .getRequestId()
              .ifPresent(
                  id -> {
                    Event change =
                        new Event.Reprioritised(
                            command.getServiceClass().orElse(null),
                            command.getDeadline().orElse(null));
                    grantTo(handle(id, change, now), now);
                  });
      case DRAIN -> command.getWorkerId().ifPresent(workerId -> drain(workerId, now));
    }
  }

  /**
   * Time has passed: lets leases and deadlines lapse, and backoffs end. To be called several times
   * a second; a longer pause counts as a stall, in which no worker could be heard.
   */
  public void tick(Instant now) {
    long nowMicros = Candidate.micros(now);
    excuseStall(now);
    takeBackOrphans(now);
    takeBackLapsed(nowMicros, now);
    expire(nowMicros, now);
    index.release(nowMicros);
    for (String model : List.copyOf(index.models())) {
      grant(model, now);
    }
    store.forgetFinished(now.minus(settings.finishedRetention()), FINISHED_LOOKED_AT_PER_TICK);
  }

  private void excuseStall(Instant now) {
    if (lastTick != null && Duration.between(lastTick, now).compareTo(STALL) > 0) {
      sessions.excuse(micros(Duration.between(lastTick, now)), Candidate.micros(now));
    }
    lastTick = now;
  }

  private void takeBackOrphans(Instant now) {
    for (DispatchEntry orphan : orphans) {
      Event lost =
          new Event.LeaseLost(
              orphan.getLease().orElseThrow().getSession(),
              lost("its worker is not known any more"));
      grantTo(handle(orphan.getFacts().getId(), lost, now), now);
    }
    orphans.clear();
  }

  private void takeBackLapsed(long nowMicros, Instant now) {
    for (WorkerSession session : sessions.ended(nowMicros)) {
      takeBack(session, new Event.GivenBack(session.session()), now);
    }
    for (WorkerSession session : sessions.silent(nowMicros)) {
      String why = "its worker was silent for more than " + settings.leaseTimeout();
      takeBack(session, lost(session, why), now);
    }
    for (WorkerSession session : sessions.forgotten(nowMicros)) {
      store.removeSession(session.workerId());
    }
  }

  private void expire(long nowMicros, Instant now) {
    Candidate expired = index.expired(nowMicros);
    for (int count = 0; expired != null && count < EXPIRED_PER_TICK; count++) {
      handle(expired.id(), new Event.DeadlinePassed(), now);
      expired = index.expired(nowMicros);
    }
    long overdue = nowMicros - micros(settings.overdueGrace());
    for (WorkerSession session : List.copyOf(sessions.all())) {
      session.overdue(overdue).forEach(id -> handle(id, new Event.Overdue(), now));
    }
  }

  /** Requests waiting, those backing off included. */
  public int waiting() {
    return index.size();
  }

  /** What waits, by model and class. */
  public void census(Consumer<ClassCensus> visitor) {
    index.census(visitor);
  }

  /** The workers known, live or not. */
  public Collection<WorkerSession> workers() {
    return sessions.all();
  }

  /** Where a request now waits that did not before, somebody may want it. */
  private void grantTo(Decision decision, Instant now) {
    decision.waiting().ifPresent(entry -> grant(entry.getFacts().getChoice().getModel(), now));
  }

  private void grant(String model, Instant now) {
    long nowMicros = Candidate.micros(now);
    while (index.offers(model)) {
      List<WorkerSession> open = sessions.open(model);
      if (open.isEmpty()) {
        return;
      }
      Match.Pair pair = match.next(model, open, nowMicros);
      if (pair == null) {
        return;
      }
      WorkerSession session = pair.session();
      long sequence = session.grant(pair.candidate());
      store.putSession(session.workerId(), session.stored());
      Share share = index.charge(pair.candidate(), settlement.expected(pair.candidate()));
      handle(
          pair.candidate().id(),
          new Event.Granted(session.workerId(), session.session(), sequence, share),
          now);
    }
  }

  private void takeBack(WorkerSession session, Event event, Instant now) {
    for (String id : session.leased()) {
      Decision decision = handle(id, event, now);
      session.release(id);
      grantTo(decision, now);
    }
  }

  private void drain(String workerId, Instant now) {
    WorkerSession session = sessions.find(workerId);
    if (session == null || !session.isActive()) {
      return;
    }
    session.close();
    Lease lease =
        Lease.newBuilder()
            .setAction(LeaseAction.DRAIN)
            .setWorkerId(workerId)
            .setSession(session.session())
            .setPartition(partition)
            .setRequestId("")
            .setAttempt(0)
            .setTenant("")
            .setModel("")
            .setServiceClass(ServiceClass.BATCH)
            .setPayloadTopic("")
            .setPayloadOffset(-1)
            .setPromptTokens(0)
            .setPredictedOutputTokens(0)
            .setMaxOutputTokens(0)
            .setFirstTokenBy(now)
            .setDeadline(now)
            .setGrantedAt(now)
            .setExpiresAt(now)
            .build();
    output.write(new Effect.Instruct(lease), null);
  }

  /** Loads, decides, applies. */
  private Decision handle(String id, Event event, Instant now) {
    DispatchEntry entry = store.request(id);
    State state = entry != null ? State.of(entry) : remembered(id);
    Decision decision = lifecycle.decide(event, state, now);
    decision.change().ifPresent(next -> apply(id, state, event, next, Candidate.micros(now)));
    String traceparent = traceparent(event, entry);
    for (Effect effect : decision.effects()) {
      output.write(effect, traceparent);
    }
    metrics.decided(event, decision, entry);
    return decision;
  }

  private State remembered(String id) {
    DispatchFinished mark = store.finished(id);
    return mark == null ? State.UNKNOWN : State.of(mark);
  }

  private void apply(String id, State before, Event event, State next, long nowMicros) {
    if (before instanceof State.Leased leased && !(next instanceof State.Leased)) {
      sessions.release(id, leased.lease());
      Candidate candidate = interner.candidate(leased.entry());
      index.charge(candidate, settlement.correction(candidate, event));
    }
    switch (next) {
      case State.Waiting(DispatchEntry entry) -> {
        store.putRequest(entry);
        enqueue(entry, nowMicros);
      }
      case State.Leased leased -> {
        store.putRequest(leased.entry());
        index.remove(id);
      }
      case State.Finished(DispatchFinished mark) -> {
        store.putFinished(id, mark);
        if (before instanceof State.Waiting || before instanceof State.Leased) {
          store.removeRequest(id);
          index.remove(id);
        }
      }
      case State.Forestalled(DispatchFinished mark) -> store.putFinished(id, mark);
      case State.Unknown ignored -> {}
    }
  }

  private void enqueue(DispatchEntry entry, long nowMicros) {
    long notBefore = entry.getNotBefore().map(Candidate::micros).orElse(nowMicros);
    index.put(interner.candidate(entry), notBefore, nowMicros);
  }

  private static @Nullable String traceparent(Event event, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return entry.getTraceparent().orElse(null);
    }
    return event instanceof Event.Arrived arrived ? arrived.traceparent() : null;
  }

  private static Event lost(WorkerSession session, String why) {
    return new Event.LeaseLost(session.session(), lost(why));
  }

  private static Failure lost(String why) {
    return new Failure(
        FailureCategory.LEASE_LOST,
        "lease_lost",
        "The lease was taken back: " + why + ".",
        null,
        null,
        null);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
