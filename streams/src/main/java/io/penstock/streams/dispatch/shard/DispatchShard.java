package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.TenantAccounts;
import io.penstock.streams.dispatch.fleet.Commitments;
import io.penstock.streams.dispatch.fleet.FleetReporter;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.health.TargetWatch;
import io.penstock.streams.dispatch.index.ClassCensus;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Lifecycle;
import io.penstock.streams.dispatch.lifecycle.Verdict;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.RestSettings;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Dispatch for one model partition: takes in records, keeps what waits and who asks, and grants
 * leases. It knows neither Kafka nor the clock: the Streams processor and the simulator drive the
 * same code. An instance belongs to one thread.
 *
 * <p>Every public method handles one record, or the passing of time, and leaves no lease ungranted
 * that could be granted.
 */
public final class DispatchShard {

  private static final Duration FORGET_WORKER_AFTER = Duration.ofHours(1);
  private static final int FINISHED_LOOKED_AT_PER_TICK = 500;

  private final int partition;
  private final ShardSettings settings;
  private final ClusterView cluster;
  private final ShardStore store;
  private final ShardOutput output;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final Requests requests;
  private final TargetBook book;
  private final AdmissionPolicy admissionPolicy;
  private final Grants grants;
  private final Lapses lapses;
  private final Rerouter rerouter;
  private final Homing homing;
  private final FleetReporter reporter;
  private @Nullable Instant listeningSince;
  private final EarlyCancellations earlyCancellations = new EarlyCancellations();
  private RoutingState known = RoutingState.EMPTY;
  private Set<Target> asked = Set.of();

  /** A shard that knows of no other, with the policies that the settings name. */
  public DispatchShard(
      int partition,
      TopicNames names,
      ShardSettings settings,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics) {
    this(partition, names, settings, store, output, metrics, ClusterView.NONE);
  }

  public DispatchShard(
      int partition,
      TopicNames names,
      ShardSettings settings,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics,
      ClusterView cluster) {
    this(partition, names, ShardRules.of(settings), store, output, metrics, cluster);
  }

  public DispatchShard(
      int partition,
      TopicNames names,
      ShardRules rules,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics,
      ClusterView cluster) {
    this.partition = partition;
    this.settings = rules.settings();
    this.cluster = cluster;
    this.store = store;
    this.output = output;
    this.sessions =
        new Sessions(
            settings.assumedSpeeds(),
            RestSettings.DEFAULT,
            micros(settings.leaseTimeout()),
            micros(FORGET_WORKER_AFTER));
    this.index = new WaitingIndex(settings.fairness());
    this.book = new TargetBook(settings.health(), metrics);
    TenantAccounts accounts = new TenantAccounts(settings.fairness());
    this.admissionPolicy = new AdmissionPolicy(book, accounts, settings.reserve());
    admissionPolicy.update(cluster.routing().get());
    ServiceAccounting accounting = new ServiceAccounting(settings.fairness());
    Commitments commitments = new Commitments();
    Alternatives alternatives =
        new Alternatives(partition, cluster, book, settings.assumedSpeeds());
    LargerContexts larger = new LargerContexts(settings.moves(), cluster, alternatives);
    this.requests =
        new Requests(
            new Lifecycle(
                names,
                partition,
                rules.retries(),
                settings.leaseTimeout(),
                settings.longestDeadline()),
            accounting,
            index,
            sessions,
            book,
            new Faults(rules.retries(), book, sessions, larger, metrics),
            new Candidates(accounts),
            commitments,
            store,
            output,
            metrics);
    Match match =
        new Match(index, rules.rank(), settings.fairness(), rules.choice(), admissionPolicy);
    this.grants = new Grants(index, sessions, match, admissionPolicy, accounting, store, requests);
    this.lapses = new Lapses(settings, index, sessions, store, grants, requests);
    this.rerouter =
        new Rerouter(
            settings, cluster, index, sessions, book, alternatives, store, grants, requests);
    this.homing =
        new Homing(partition, settings.moves().movesPerTick(), cluster, index, store, requests);
    this.reporter =
        new FleetReporter(
            partition,
            index,
            sessions,
            commitments,
            (key, report) -> output.write(new Effect.Report(key, report), null));
  }

  /**
   * Rebuilds memory from the store, at start and at every take-over. Silence counts from now.
   * Writes nothing: leases of sessions that are not known are taken back with the first tick.
   */
  public void restore(Instant now) {
    listeningSince = now;
    long nowMicros = Candidate.micros(now);
    store.forEachSession((workerId, stored) -> sessions.restore(workerId, stored, nowMicros));
    requests.restore(lapses::orphaned, now);
  }

  /** A scored request was read from a work topic. */
  public void work(
      ScoredFacts facts,
      ServiceClass topicClass,
      long offset,
      @Nullable String traceparent,
      Instant now) {
    Decision decision =
        requests.happened(
            RequestKey.of(facts), new Event.Arrived(facts, topicClass, offset, traceparent), now);
    grants.grantTo(decision, now);
  }

  /** A request was read that another shard handed over. */
  public void transfer(DispatchTransfer transfer, Instant now) {
    ScoredFacts facts = transfer.getEntry().getFacts();
    String key = RequestKey.of(facts);
    grants.grantTo(requests.happened(key, new Event.Transferred(transfer), now), now);
  }

  /**
   * A request was read whose values cannot be worked with: it fails, unless it is known already.
   *
   * @param entry the request, with these values replaced
   * @param handedOver whether another shard handed it over
   * @param failure what is wrong with it
   * @return what became of it
   */
  public Verdict unusable(DispatchEntry entry, boolean handedOver, Failure failure, Instant now) {
    String key = RequestKey.of(entry.getFacts());
    return requests.happened(key, new Event.Unusable(entry, handedOver, failure), now).verdict();
  }

  /** A worker stated its demand. */
  public void demand(WorkerDemand demand, Instant now) {
    switch (sessions.hear(demand, Candidate.micros(now))) {
      case Sessions.Heard.Stale ignored -> {}
      case Sessions.Heard.News(WorkerSession session, WorkerSession superseded) -> {
        if (superseded != null) {
          lapses.superseded(superseded, now);
          store.putSession(session.workerId(), sessions.stored(session));
        }
        if (book.hasTrouble() && session.isActive()) {
          book.workerCame(session::serves, now);
        }
        session.models().forEach(model -> grants.grant(model, now));
      }
    }
  }

  /**
   * A worker reported how an attempt ended.
   *
   * @return what became of its request
   */
  public Verdict outcome(AttemptOutcome outcome, Instant now) {
    sessions.outcomeRead(outcome.getWorkerId(), outcome.getSession());
    Requests.Ended ended = requests.ended(outcome, now);
    grants.grantTo(ended.decision(), now);
    if (ended.recovering() != null) {
      grants.grant(ended.recovering(), now);
    }
    return ended.decision().verdict();
  }

  /**
   * Somebody gave a command; one that lacks what its kind needs, or concerns nobody, is ignored.
   */
  public void control(ControlCommand command, Instant now) {
    switch (command.getKind()) {
      case CANCEL -> key(command).ifPresent(key -> cancel(key, command, now));
      case REPRIORITISE ->
          key(command)
              .ifPresent(
                  key -> {
                    Event change =
                        new Event.Reprioritised(
                            command.getServiceClass().orElse(null),
                            command.getDeadline().orElse(null));
                    grants.grantTo(requests.happened(key, change, now), now);
                  });
      case DRAIN -> command.getWorkerId().ifPresent(workerId -> drain(workerId, now));
    }
  }

  /**
   * Time has passed: lets leases and deadlines lapse, and backoffs end. The caller does so several
   * times a second. A longer pause counts as a stall, in which no worker could report.
   */
  public void tick(Instant now) {
    lapses.tick(now);
    index.release(Candidate.micros(now));
    RoutingState routing = cluster.routing().get();
    if (!routing.equals(known)) {
      known = routing;
      asked = draining(routing);
    }
    book.keep(asked, now);
    inherit(now);
    List<TargetWatch> forgotten =
        book.tick(index.awaited(), sessions.targets(), sessions::serves, now);
    admissionPolicy.update(routing);
    grants.grantAll(now);
    homing.tick(now);
    rerouter.tick(now);
    forgotten.forEach(reporter::forget);
    reporter.tick(book.all(), asked, routing, now);
    store.forgetFinished(now.minus(settings.finishedRetention()), FINISHED_LOOKED_AT_PER_TICK);
  }

  /**
   * The variants that a rollout waits for to drain. Every shard reports them, whether it knows of
   * them or not: what is not said counts as unknown, not as nothing.
   */
  private static Set<Target> draining(RoutingState routing) {
    return routing
        .all(Rollout.class)
        .filter(rollout -> rollout.state() == Rollout.State.COMPLETING)
        .map(rollout -> new Target(rollout.name(), rollout.from()))
        .collect(Collectors.toSet());
  }

  /**
   * Takes over what an earlier owner reported, once every live worker has had time to be heard:
   * before that a report would deny workers that are there.
   */
  private void inherit(Instant now) {
    if (listeningSince == null) {
      listeningSince = now;
    }
    if (!now.isBefore(listeningSince.plus(settings.leaseTimeout()))) {
      FleetView fleet = cluster.fleet().get();
      book.keep(reporter.inherited(fleet, cluster.partitions(), now), now);
    }
  }

  /** Requests waiting, those backing off included. */
  public int waiting() {
    return index.size();
  }

  /** Everything that waits, by target and class. */
  public void census(Consumer<ClassCensus> visitor) {
    index.census(visitor);
  }

  /** The workers known, live or not. */
  public Collection<WorkerSession> workers() {
    return sessions.all();
  }

  private static Optional<String> key(ControlCommand command) {
    return command
        .getRequestId()
        .flatMap(id -> command.getTenant().map(tenant -> RequestKey.of(tenant, id)));
  }

  private void cancel(String key, ControlCommand command, Instant now) {
    String tenant = command.getTenant().orElseThrow();
    Event cancel =
        new Event.CancelAsked(
            command.getReason().orElse(null), earlyCancellations.open(tenant, now));
    if (requests.happened(key, cancel, now).verdict() == Verdict.CANCELLED_BEFORE_ARRIVAL) {
      earlyCancellations.count(tenant, now);
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

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
