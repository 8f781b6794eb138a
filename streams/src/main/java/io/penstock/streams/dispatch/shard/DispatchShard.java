package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.fleet.FleetReporter;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.health.TargetWatch;
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

  private final int partition;
  private final ShardSettings settings;
  private final Surroundings surroundings;
  private final Lifecycle lifecycle;
  private final ShardStore store;
  private final ShardOutput output;
  private final ShardMetrics metrics;
  private final WaitingIndex index;
  private final Interner interner = new Interner();
  private final Sessions sessions;
  private final Settlement settlement;
  private final TargetBook book;
  private final Gate gate;
  private final Grants grants;
  private final Lapses lapses;
  private final Moves moves;
  private final FleetReporter reporter;

  /** A shard that knows of no other. */
  public DispatchShard(
      int partition,
      TopicNames names,
      ShardSettings settings,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics) {
    this(partition, names, settings, store, output, metrics, Surroundings.NONE);
  }

  public DispatchShard(
      int partition,
      TopicNames names,
      ShardSettings settings,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics,
      Surroundings surroundings) {
    this.partition = partition;
    this.settings = settings;
    this.surroundings = surroundings;
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
    this.book = new TargetBook(settings.health(), metrics);
    this.gate = new Gate(book);
    Match match = new Match(index, settings.rank(), settings.fairness(), settings.choice(), gate);
    this.grants = new Grants(index, sessions, match, settlement, store, this::handle);
    this.lapses = new Lapses(settings, index, sessions, store, grants, this::handle);
    this.moves =
        new Moves(
            partition, settings, surroundings, index, sessions, book, store, grants, this::handle);
    this.reporter =
        new FleetReporter(
            partition,
            index,
            sessions,
            (key, report) -> output.write(new Effect.Report(key, report), null));
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
              book.restored(candidate.target(), candidate.id(), now);
              if (!sessions.restoreLease(candidate, lease)) {
                lapses.orphaned(entry);
              }
            }
            case State.Waiting ignored -> enqueue(entry, nowMicros);
            case State.Unknown ignored -> {}
            case State.Forestalled ignored -> {}
            case State.Moved ignored -> {}
            case State.Finished ignored -> {}
          }
        });
    shares.forEach(index::restore);
    gate.update(surroundings.routing().get());
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
    grants.grantTo(decision, now);
  }

  /** A request was read that another shard handed over. */
  public void transfer(DispatchTransfer transfer, Instant now) {
    String id = transfer.getEntry().getFacts().getId();
    grants.grantTo(handle(id, new Event.Transferred(transfer), now), now);
  }

  /** A worker stated its demand. */
  public void demand(WorkerDemand demand, Instant now) {
    switch (sessions.hear(demand, Candidate.micros(now))) {
      case Sessions.Heard.Stale ignored -> {}
      case Sessions.Heard.News(WorkerSession session, WorkerSession superseded) -> {
        if (superseded != null) {
          lapses.superseded(superseded, now);
          store.putSession(session.workerId(), session.stored());
        }
        if (book.hasTrouble() && session.isActive()) {
          book.workerCame(target -> session.serves(target.model(), target.toString()), now);
        }
        session.models().forEach(model -> grants.grant(model, now));
      }
    }
  }

  /** A worker reported how an attempt ended. */
  public void outcome(AttemptOutcome outcome, Instant now) {
    String id = outcome.getRequestId();
    DispatchEntry entry = store.request(id);
    State state = state(id, entry);
    Instant excusedUntil = null;
    String recovering = null;
    if (state instanceof State.Leased leased && Lifecycle.isCurrent(outcome, leased)) {
      String target = target(leased.entry());
      recovering = book.troubled(target) == null ? null : model(leased.entry());
      excusedUntil = book.ended(target, outcome, now);
    }
    Decision decision = carryOut(id, entry, state, new Event.Ended(outcome, excusedUntil), now);
    grants.grantTo(decision, now);
    if (recovering != null) {
      grants.grant(recovering, now);
    }
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
                    grants.grantTo(handle(id, change, now), now);
                  });
      case DRAIN -> command.getWorkerId().ifPresent(workerId -> drain(workerId, now));
    }
  }

  /**
   * Time has passed: lets leases and deadlines lapse, and backoffs end. To be called several times
   * a second; a longer pause counts as a stall, in which no worker could be heard.
   */
  public void tick(Instant now) {
    lapses.tick(now);
    index.release(Candidate.micros(now));
    List<TargetWatch> forgotten =
        book.tick(index.targets(), sessions.targets(), sessions::serves, now);
    gate.update(surroundings.routing().get());
    grants.grantAll(now);
    moves.tick(now);
    forgotten.forEach(reporter::forget);
    reporter.tick(book.all(), now);
    store.forgetFinished(now.minus(settings.finishedRetention()), FINISHED_LOOKED_AT_PER_TICK);
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
    return carryOut(id, entry, state(id, entry), event, now);
  }

  private Decision carryOut(
      String id, @Nullable DispatchEntry entry, State state, Event event, Instant now) {
    Decision decision = lifecycle.decide(event, state, now);
    decision.change().ifPresent(next -> apply(id, state, event, next, now));
    String traceparent = traceparent(event, entry);
    for (Effect effect : decision.effects()) {
      output.write(explained(effect, decision, now), traceparent);
    }
    metrics.decided(event, decision, entry);
    return decision;
  }

  /** What waits for an unhealthy target is told so. */
  private Effect explained(Effect effect, Decision decision, Instant now) {
    if (!book.hasTrouble()
        || !(effect instanceof Effect.Announce(RequestStatus status))
        || decision.waiting().isEmpty()) {
      return effect;
    }
    TargetWatch watch = book.unhealthy(target(decision.waiting().get()));
    return watch == null
        ? effect
        : new Effect.Announce(
            RequestStatus.newBuilder(status).setFailure(watch.failure(now)).build());
  }

  private State state(String id, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return State.of(entry);
    }
    DispatchFinished mark = store.finished(id);
    return mark == null ? State.UNKNOWN : State.of(mark);
  }

  private void apply(String id, State before, Event event, State next, Instant now) {
    if (before instanceof State.Leased leased && !(next instanceof State.Leased)) {
      sessions.release(id, leased.lease());
      Candidate candidate = interner.candidate(leased.entry());
      index.charge(candidate, settlement.correction(candidate, event));
      book.released(candidate.target(), id, now);
    }
    switch (next) {
      case State.Waiting(DispatchEntry entry) -> {
        store.putRequest(entry);
        enqueue(entry, Candidate.micros(now));
      }
      case State.Leased leased -> {
        store.putRequest(leased.entry());
        if (before instanceof State.Waiting) {
          index.remove(id);
          book.granted(target(leased.entry()), id, now);
        }
      }
      case State.Finished(DispatchFinished mark) -> leave(id, before, mark);
      case State.Moved(DispatchFinished mark) -> leave(id, before, mark);
      case State.Forestalled(DispatchFinished mark) -> leave(id, before, mark);
      case State.Unknown ignored -> {}
    }
  }

  private void leave(String id, State before, DispatchFinished mark) {
    store.putFinished(id, mark);
    if (before instanceof State.Waiting || before instanceof State.Leased) {
      store.removeRequest(id);
      index.remove(id);
    }
  }

  private void enqueue(DispatchEntry entry, long nowMicros) {
    long backoff = entry.getNotBefore().map(Candidate::micros).orElse(nowMicros);
    long deferred = entry.getFacts().getNotBefore().map(Candidate::micros).orElse(nowMicros);
    index.put(interner.candidate(entry), Math.max(backoff, deferred), nowMicros);
  }

  private static String target(DispatchEntry entry) {
    return Candidate.target(entry.getFacts().getChoice());
  }

  private static String model(DispatchEntry entry) {
    return entry.getFacts().getChoice().getModel();
  }

  private static @Nullable String traceparent(Event event, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return entry.getTraceparent().orElse(null);
    }
    return switch (event) {
      case Event.Arrived arrived -> arrived.traceparent();
      case Event.Transferred(DispatchTransfer transfer) ->
          transfer.getEntry().getTraceparent().orElse(null);
      case Event.Granted ignored -> null;
      case Event.Ended ignored -> null;
      case Event.LeaseLost ignored -> null;
      case Event.GivenBack ignored -> null;
      case Event.DeadlinePassed ignored -> null;
      case Event.Overdue ignored -> null;
      case Event.CancelAsked ignored -> null;
      case Event.Reprioritised ignored -> null;
      case Event.Moved ignored -> null;
    };
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
