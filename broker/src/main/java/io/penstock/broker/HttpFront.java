package io.penstock.broker;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.admin.Fleet;
import io.penstock.broker.admin.LetterMarks;
import io.penstock.broker.admin.LogReports;
import io.penstock.broker.admin.OperatorLog;
import io.penstock.broker.batches.FilesAndBatches;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.following.Followed;
import io.penstock.broker.following.TopicScan;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.StateListeners;
import io.penstock.broker.http.AdminKeys;
import io.penstock.broker.http.Cancellations;
import io.penstock.broker.http.FeedbackController;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.http.FrontServer;
import io.penstock.broker.http.ModelController;
import io.penstock.broker.http.ResponseServing;
import io.penstock.broker.http.Serving;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.ownership.ChunkLog;
import io.penstock.broker.ownership.HomeKeeper;
import io.penstock.broker.ownership.KafkaRequestGateway;
import io.penstock.broker.ownership.OwnedHomes;
import io.penstock.broker.ownership.Owners;
import io.penstock.broker.ownership.ResultBodies;
import io.penstock.broker.prediction.FreeSlots;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.responses.ResponseRegistry;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.submission.AcceptedRequests;
import io.penstock.broker.submission.Admissions;
import io.penstock.broker.submission.IdempotencyKeys;
import io.penstock.broker.submission.Submissions;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.tenants.UseEntries;
import io.penstock.broker.webhooks.Webhooks;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.client.RequestSender;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.topics.TopicSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.kafka.clients.admin.Admin;

/**
 * One instance of the HTTP front, put together. Several share the work. Its topics must exist.
 *
 * <p>Closing it notes who waits, leaves the group, so that others take over at once, answers those
 * who wait here for as long as {@code drain} says, and then ends.
 */
public final class HttpFront implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(20);

  /** So long those may take who are told that this instance stops. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /** An owner says itself that a wait was too long; this is for one that is gone without a word. */
  private static final Duration BEYOND_WAIT = Duration.ofSeconds(10);

  /** Of one answer's chunks, for those who read them again. */
  private static final int MOST_REPLAYED_BYTES = 32 * 1024 * 1024;

  private final HttpSettings settings;
  private final Watches watches;
  private final AnswerBudget answers;
  private final Followed followed;
  private final OpenParts parts = new OpenParts();
  private final Webhooks webhooks;
  private final FilesAndBatches files;
  private final FrontServer server;
  private final HomeKeeper keeper;
  private final FrontReadiness readiness = new FrontReadiness(() -> followed().problem().isEmpty());

  private HttpFront(
      ClusterConnection connection,
      TopicSettings topics,
      HttpSettings settings,
      BlobStore blobs,
      LogReports reports,
      FrontMetrics metrics) {
    this.settings = settings;
    this.watches = new Watches(settings.memory().maxWaiting());
    this.answers = new AnswerBudget(settings.memory().maxAnswerBytes());
    FrontBase base = FrontBase.of(connection, topics, settings, metrics);
    OwnedHomes owned = base.owned();
    HomeWrites writes = new HomeWrites(owned, owned::writer);
    LetterMarks marks = new LetterMarks(writes);
    Admissions admissions = new Admissions();
    IdempotencyKeys idempotency = new IdempotencyKeys(owned);
    AcceptedRequests accepted =
        new AcceptedRequests(
            owned, base.recent(), topics.maxDeadline(), settings.memory().recentRequests());
    UseEntries uses = new UseEntries();
    ResponseRegistry responses =
        new ResponseRegistry(owned, settings.responses(), topics.maxDeadline());
    try {
      Owners owners = owners(base);
      RequestSender sender =
          parts.add(RequestSender.open(PenstockClientConfig.of(connection, topics)));
      RequestGateway gateway = metrics.counting(new KafkaRequestGateway(sender));
      Limiter limiter = new Limiter(owners::instances);
      this.webhooks =
          parts.add(
              new Webhooks(
                  settings.webhooks(), owned, owned::writer, metrics.webhooks(), base.clock()));
      this.files = parts.add(files(base, metrics.counting(blobs), gateway, limiter));
      this.followed =
          parts.add(
              new Followed(
                  connection,
                  topics.names(),
                  base.serdes(),
                  new StateListeners(List.of(files, webhooks, marks))));
      ScheduledExecutorService timer = parts.add(timer());
      Forwarding forwarding = parts.add(forwarding(owned, owners));
      Submissions submissions = submissions(base, gateway, limiter, admissions, idempotency);
      Serving serving = serving(base, submissions, gateway, accepted, timer);
      List<Object> served = new ArrayList<>(files.parts());
      served.addAll(webhooks.parts(forwarding));
      served.addAll(ofCallers(base, serving, responses, forwarding));
      served.addAll(ofKeys(writes, uses));
      served.addAll(ofOperators(base, sender, marks));
      served.add(reports);
      served.add(new FeedbackController.Judgements(sender::feedback));
      Sweeps.start(
          timer,
          base.clock(),
          List.of(
              idempotency::sweep,
              accepted::sweep,
              responses::sweep,
              _ -> sweep(uses),
              now -> marks.sweep(now, owned::of)));
      show(metrics, owned);
      this.server = parts.add(FrontServer.start(settings, topics.maxRequestBytes(), served));
      this.keeper =
          parts.add(
              keeper(
                  base,
                  List.of(
                      responses,
                      admissions,
                      idempotency,
                      accepted,
                      uses,
                      marks,
                      metrics.listener())));
    } catch (RuntimeException failed) {
      parts.close();
      throw failed;
    }
  }

  private Owners owners(FrontBase base) {
    Map<String, Object> client = Map.of("client.id", "penstock-front-admin");
    return new Owners(parts.add(Admin.create(base.connection().with(client))), base.homes());
  }

  private FilesAndBatches files(
      FrontBase base, BlobStore blobs, RequestGateway gateway, Limiter limiter) {
    return new FilesAndBatches(
        settings.files(),
        base.topics(),
        blobs,
        base.owned(),
        gateway,
        webhooks.announcer(),
        limiter,
        () -> followed().keys(),
        model ->
            FreeSlots.of(model, followed().models(), followed().fleet(), base.clock().instant()),
        base.clock());
  }

  /** What is cancelled is forgotten at once: it holds what an answer needs, and may be due late. */
  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("penstock-front-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private Forwarding forwarding(OwnedHomes owned, Owners owners) {
    return new Forwarding(
        owned, owners::of, owners::forget, settings.waits().longest().plus(BEYOND_WAIT));
  }

  private Submissions submissions(
      FrontBase base,
      RequestGateway gateway,
      Limiter limiter,
      Admissions admissions,
      IdempotencyKeys idempotency) {
    return new Submissions(
        base.owned(),
        gateway,
        watches,
        base.recent(),
        limiter,
        admissions,
        idempotency,
        followed::models,
        followed::fleet,
        base.topics().maxDeadline(),
        base.clock());
  }

  private Serving serving(
      FrontBase base,
      Submissions submissions,
      RequestGateway gateway,
      AcceptedRequests accepted,
      ScheduledExecutorService timer) {
    return new Serving(
        submissions,
        gateway,
        parts.add(new Cancellations(gateway)),
        watches,
        base.recent(),
        accepted,
        parts.add(new ResultBodies(base.homes(), base.serdes())),
        settings.waits(),
        settings.connections(),
        answers,
        timer);
  }

  /** What the paths of requests and stored responses are served with. */
  private List<Object> ofCallers(
      FrontBase base, Serving serving, ResponseRegistry responses, Forwarding forwarding) {
    ChunkLog chunks = parts.add(new ChunkLog(base.homes(), base.serdes(), MOST_REPLAYED_BYTES));
    return List.of(
        serving,
        answers,
        new ResponseServing(
            serving, base.owned(), responses, chunks, 4L * MOST_REPLAYED_BYTES, base.clock()),
        forwarding,
        base.owned(),
        base.metrics(),
        new ModelController.Catalog(followed::models, followed::aliases),
        readiness,
        base.clock());
  }

  /** What callers are known by, and their keys changed with. */
  private List<Object> ofKeys(HomeWrites writes, UseEntries uses) {
    return List.of(
        new AdminKeys(writes, followed::keys),
        new KeyUses(followed::keys, uses::used),
        settings.keys());
  }

  /** What the paths under {@code /admin} are served with, beside what others need too. */
  private List<Object> ofOperators(FrontBase base, RequestSender sender, LetterMarks marks) {
    TopicSettings topics = base.topics();
    return List.of(
        new ModelPublisher(base.connection(), topics),
        new RoutingPublisher(base.connection(), topics),
        new OperatorLog(new TopicScan(base.connection(), base.serdes()), sender, topics.names()),
        new Fleet(followed::fleet),
        topics,
        marks);
  }

  private HomeKeeper keeper(FrontBase base, List<PartitionListener> others) {
    return new HomeKeeper(
        base.homes(),
        base.owned(),
        URI.create(settings.advertised().orElseGet(this::url)),
        settings.sessionTimeout(),
        listeners(files, webhooks, others),
        watches,
        base.recent(),
        settings.memory().recentRequests(),
        base.serdes(),
        base.clock());
  }

  private void show(FrontMetrics metrics, OwnedHomes owned) {
    metrics.showWaiting(watches::count);
    metrics.showPartitions(() -> owned.open().size());
    metrics.showBatches(files::running);
  }

  /**
   * Connects, and starts to listen. It serves once {@link #problem} is empty.
   *
   * @param blobs holds the contents of files; all instances share it
   * @param reports makes what operators ask for out of the log
   * @param metrics receives what this instance counts
   * @throws RuntimeException if the address is in use, naming the setting
   */
  public static HttpFront start(
      ClusterConnection connection,
      TopicSettings topics,
      HttpSettings settings,
      BlobStore blobs,
      LogReports reports,
      MeterRegistry metrics) {
    HttpFront front =
        new HttpFront(connection, topics, settings, blobs, reports, new FrontMetrics(metrics));
    front.followed.start();
    front.keeper.start();
    front.files.start();
    front.webhooks.start();
    front.readiness.started(() -> front.followed.problem().or(front.keeper::problem));
    return front;
  }

  private static List<PartitionListener> listeners(
      FilesAndBatches files, Webhooks webhooks, List<PartitionListener> others) {
    List<PartitionListener> listeners = new ArrayList<>(files.listeners());
    listeners.addAll(webhooks.listeners());
    listeners.addAll(others);
    return listeners;
  }

  /** Removes entries that say nothing any more. */
  private void sweep(UseEntries uses) {
    if (followed.problem().isEmpty()) {
      uses.sweep(followed.keys());
    }
  }

  /** Where it is reached from this host. */
  public String url() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return "http://%s:%d".formatted(host, server.port());
  }

  /** What is wrong; empty if it serves. Answers at once. */
  public Optional<String> problem() {
    return readiness.problem();
  }

  /**
   * Why this instance must be replaced, as the end of a sentence that begins with it: a thread has
   * ended although nobody asked it to. Answers at once.
   */
  public Optional<String> failure() {
    return followed.failure().or(keeper::failure);
  }

  /** Takes no new calls, answers those who wait, and ends. */
  @Override
  public void close() {
    readiness.stopping();
    // Whoever is told later to ask another instance must be found there.
    var _ = watches.leaving().completeOnTimeout(null, LAST_WORDS.toMillis(), MILLISECONDS).join();
    keeper.leave();
    awaitWatchers(settings.drain());
    // Whoever waits still is told where the answer will be, and is not cut off.
    watches.stopping();
    awaitWatchers(LAST_WORDS);
    parts.close();
  }

  /** What is made before it asks only once it serves. */
  private Followed followed() {
    return followed;
  }

  private void awaitWatchers(Duration most) {
    long until = System.nanoTime() + most.toNanos();
    try {
      while (watches.count() > 0 && System.nanoTime() - until < 0) {
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
