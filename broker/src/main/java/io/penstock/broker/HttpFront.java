package io.penstock.broker;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.admin.Fleet;
import io.penstock.broker.admin.LetterMarks;
import io.penstock.broker.admin.LogReports;
import io.penstock.broker.admin.OperatorLog;
import io.penstock.broker.batches.FilesAndBatches;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.following.Followed;
import io.penstock.broker.following.TopicScan;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.StateListeners;
import io.penstock.broker.http.AdminKeys;
import io.penstock.broker.http.Cancellations;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.http.FrontServer;
import io.penstock.broker.http.ModelController;
import io.penstock.broker.http.Readiness;
import io.penstock.broker.http.ResponseServing;
import io.penstock.broker.http.Serving;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.ownership.ChunkLog;
import io.penstock.broker.ownership.HomeKeeper;
import io.penstock.broker.ownership.HomeTopics;
import io.penstock.broker.ownership.KafkaRequestGateway;
import io.penstock.broker.ownership.OwnedHomes;
import io.penstock.broker.ownership.Owners;
import io.penstock.broker.ownership.ResultBodies;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.responses.ResponseRegistry;
import io.penstock.broker.settings.HttpSettings;
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
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the HTTP front, put together. Several share the work. Its topics must exist.
 *
 * <p>Closing it leaves the group first, so that others take over at once, answers those who wait
 * here for as long as {@code drain} says, and then ends.
 */
public final class HttpFront implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration SWEEP = Duration.ofMinutes(10);

  /** So long those may take who are told that this instance stops. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /** An owner says itself that a wait was too long; this is for one that is gone without a word. */
  private static final Duration BEYOND_WAIT = Duration.ofSeconds(10);

  /** Of one answer's chunks, for those who read them again. */
  private static final int MOST_REPLAYED_BYTES = 32 * 1024 * 1024;

  private final HttpSettings settings;
  private final Watches watches;
  private final Followed followed;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Webhooks webhooks;
  private final FilesAndBatches files;
  private final FrontServer server;
  private final HomeKeeper keeper;
  private volatile boolean stopping;

  private HttpFront(
      ClusterConnection connection,
      TopicSettings topics,
      HttpSettings settings,
      BlobStore blobs,
      LogReports reports,
      FrontMetrics metrics) {
    this.settings = settings;
    this.watches = new Watches(settings.memory().maxWaiting());
    Clock clock = Clock.systemUTC();
    AvroSerdes serdes = new AvroSerdes(connection);
    HomeTopics homes = new HomeTopics(connection, topics);
    OwnedHomes owned = new OwnedHomes(homes.count());
    RecentRequests recent = new RecentRequests(settings.memory().recentRequests());
    try {
      Admin admin =
          opened(Admin.create(connection.with(Map.of("client.id", "penstock-front-admin"))));
      Owners owners = new Owners(admin, homes);
      ResultBodies results = opened(new ResultBodies(homes, serdes));
      RequestSender sender =
          opened(RequestSender.open(PenstockClientConfig.of(connection, topics)));
      RequestGateway gateway = metrics.counting(new KafkaRequestGateway(sender));
      HomeWrites writes = new HomeWrites(owned, owned::writer);
      LetterMarks marks = new LetterMarks(writes);
      this.webhooks =
          opened(
              new Webhooks(settings.webhooks(), owned, owned::writer, metrics.webhooks(), clock));
      Limiter limiter = new Limiter(owners::instances);
      this.files =
          opened(
              new FilesAndBatches(
                  settings.files(),
                  topics,
                  blobs,
                  owned,
                  gateway,
                  webhooks.announcer(),
                  limiter,
                  () -> followed().keys(),
                  clock));
      this.followed =
          opened(
              new Followed(
                  connection,
                  topics.names(),
                  serdes,
                  new StateListeners(List.of(files, webhooks, marks))));
      ScheduledExecutorService timer = opened(timer());
      ChunkLog chunks = opened(new ChunkLog(homes, serdes, MOST_REPLAYED_BYTES));
      Admissions admissions = new Admissions();
      IdempotencyKeys idempotency = new IdempotencyKeys(owned);
      ResponseRegistry responses =
          new ResponseRegistry(owned, settings.responses(), topics.maxDeadline());
      Submissions submissions =
          new Submissions(
              owned,
              gateway,
              watches,
              recent,
              limiter,
              admissions,
              idempotency,
              followed::models,
              followed::fleet,
              topics.maxDeadline(),
              clock);
      Forwarding forwarding =
          opened(
              new Forwarding(
                  owned, owners::of, owners::forget, settings.waits().longest().plus(BEYOND_WAIT)));
      AdminKeys keys = new AdminKeys(writes, followed::keys);
      UseEntries uses = new UseEntries();
      Serving serving =
          new Serving(
              submissions,
              gateway,
              opened(new Cancellations(gateway)),
              watches,
              recent,
              results,
              settings.waits(),
              settings.connections(),
              timer);
      List<Object> served = new ArrayList<>(files.parts());
      served.addAll(webhooks.parts(forwarding));
      served.addAll(
          ofOperators(
              connection,
              topics,
              new OperatorLog(new TopicScan(connection, serdes), sender, topics.names())));
      served.add(marks);
      served.add(reports);
      served.addAll(
          List.of(
              serving,
              new ResponseServing(
                  serving, owned, responses, chunks, 4L * MOST_REPLAYED_BYTES, clock),
              forwarding,
              owned,
              keys,
              new KeyUses(followed::keys, uses::used),
              settings.keys(),
              metrics,
              new ModelController.Catalog(followed::models, followed::aliases),
              new Ready(),
              clock));
      forgetOld(
          timer,
          clock,
          List.of(
              idempotency::sweep,
              responses::sweep,
              _ -> sweep(uses),
              now -> marks.sweep(now, owned::of)));
      show(metrics, owned);
      this.server = opened(FrontServer.start(settings, topics.maxRequestBytes(), served));
      this.keeper =
          opened(
              new HomeKeeper(
                  homes,
                  owned,
                  URI.create(settings.advertised().orElseGet(this::url)),
                  settings.sessionTimeout(),
                  listeners(
                      files,
                      webhooks,
                      List.of(responses, admissions, idempotency, uses, marks, metrics.listener())),
                  watches,
                  recent,
                  settings.memory().recentRequests(),
                  serdes,
                  clock));
    } catch (RuntimeException failed) {
      closeParts();
      throw failed;
    }
  }

  /** What is cancelled is forgotten at once: it holds what an answer needs, and may be due late. */
  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("penstock-front-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** What the paths under {@code /admin} are served with, beside what others need too. */
  private List<Object> ofOperators(
      ClusterConnection connection, TopicSettings topics, OperatorLog log) {
    return List.of(
        new ModelPublisher(connection, topics),
        new RoutingPublisher(connection, topics),
        log,
        new Fleet(followed()::fleet),
        topics);
  }

  private void show(FrontMetrics metrics, OwnedHomes owned) {
    metrics.showWaiting(watches::count);
    metrics.showPartitions(() -> owned.open().size());
    metrics.showBatches(files::running);
  }

  /** Forgets from time to time what has been kept for long enough. */
  private static void forgetOld(
      ScheduledExecutorService timer, Clock clock, List<Consumer<Instant>> sweeps) {
    long pause = SWEEP.toSeconds();
    for (Consumer<Instant> each : sweeps) {
      var _ =
          timer.scheduleWithFixedDelay(
              () -> {
                try {
                  each.accept(clock.instant());
                } catch (RuntimeException failed) {
                  LOG.warn("Forgetting what is old failed; it is tried again", failed);
                }
              },
              pause,
              pause,
              TimeUnit.SECONDS);
    }
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
    return followed.problem().or(keeper::problem);
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
    stopping = true;
    keeper.leave();
    awaitWatchers(settings.drain());
    // Whoever waits still is told where the answer will be, and is not cut off.
    watches.stopping();
    awaitWatchers(LAST_WORDS);
    closeParts();
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

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private void closeParts() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (Exception failed) {
        LOG.warn("A part of the HTTP front did not stop cleanly", failed);
      }
    }
  }

  private final class Ready implements Readiness {

    @Override
    public Optional<String> problem() {
      return HttpFront.this.problem();
    }

    @Override
    public boolean knowsKeys() {
      return followed.problem().isEmpty();
    }

    @Override
    public boolean isStopping() {
      return stopping;
    }
  }
}
