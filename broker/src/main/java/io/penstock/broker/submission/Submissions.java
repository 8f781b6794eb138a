package io.penstock.broker.submission;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.NoHomeException;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.inference.BodyFacts;
import io.penstock.broker.inference.BodyReader;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.limits.TokenEstimate;
import io.penstock.broker.prediction.WaitEstimate;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.settings.WaitSettings;
import io.penstock.broker.tenants.Caller;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges what callers ask for, and puts it under way. Safe for use by many threads. */
public final class Submissions {

  private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

  /** Kafka's client gives up earlier. */
  private static final Duration LONGEST_SEND = Duration.ofSeconds(60);

  private final SendTurns turns = new SendTurns();
  private final Homes homes;
  private final RequestGateway gateway;
  private final Watches watches;
  private final RecentRequests recent;
  private final Limiter limiter;
  private final Admissions admissions;
  private final IdempotencyKeys keys;
  private final Supplier<ModelCatalog> models;
  private final Supplier<FleetView> fleet;
  private final Duration furthestDeadline;
  private final InstantSource clock;

  /**
   * @param furthestDeadline how far ahead a deadline may lie
   */
  public Submissions(
      Homes homes,
      RequestGateway gateway,
      Watches watches,
      RecentRequests recent,
      Limiter limiter,
      Admissions admissions,
      IdempotencyKeys keys,
      Supplier<ModelCatalog> models,
      Supplier<FleetView> fleet,
      Duration furthestDeadline,
      InstantSource clock) {
    this.homes = homes;
    this.gateway = gateway;
    this.watches = watches;
    this.recent = recent;
    this.limiter = limiter;
    this.admissions = admissions;
    this.keys = keys;
    this.models = models;
    this.fleet = fleet;
    this.furthestDeadline = furthestDeadline;
    this.clock = clock;
  }

  /**
   * Judges a call by itself.
   *
   * @throws ApiException naming what is wrong with it
   */
  public JudgedRequest judge(SubmissionRequest call) {
    BodyFacts facts = BodyReader.read(call.body());
    ServiceClass serviceClass =
        Urgency.of(call.serviceClass(), facts.serviceTier(), call.caller().ceiling());
    Instant now = clock.instant();
    if (facts.stream() && !call.endpoint().generates()) {
      throw new ApiException(
          ApiError.invalid("stream", "invalid_value", "Embeddings cannot be streamed."));
    }
    if (facts.stream() && serviceClass == ServiceClass.BATCH) {
      throw new ApiException(
          ApiError.invalid(
              "stream",
              "invalid_value",
              "Requests of class batch cannot be streamed; leave out 'stream', or use another"
                  + " class."));
    }
    return new JudgedRequest(
        call,
        facts,
        serviceClass,
        DeadlineHeader.read(call.deadline(), now, furthestDeadline),
        estimate(facts.model(), serviceClass));
  }

  /** What a request has to expect that is submitted now. */
  public WaitEstimate estimate(String model, ServiceClass serviceClass) {
    return WaitEstimate.of(model, serviceClass, models.get(), fleet.get(), clock.instant());
  }

  /**
   * Refuses what would probably not start within the time that its class may wait. What was
   * submitted before is not asked to start again.
   *
   * @throws ApiException with 429 and the time after which it would
   */
  public void requireTimely(JudgedRequest judged, WaitSettings waits) {
    if (isRepeated(judged.call())) {
      return;
    }
    Duration most = waits.of(judged.serviceClass());
    judged
        .estimate()
        .beyond(most)
        .ifPresent(
            excess -> {
              throw new ApiException(
                  new ApiError(
                          429,
                          "requests",
                          "queue_too_long",
                          "The request would wait for about %d s, and requests of class %s wait for %d s at most: %s. Try again later, use a more urgent class, or submit it with POST /v1/requests."
                              .formatted(
                                  most.plus(excess).toSeconds(),
                                  Urgency.name(judged.serviceClass()),
                                  most.toSeconds(),
                                  judged.estimate().reason()),
                          Optional.empty(),
                          Map.of())
                      .retryAfter(excess));
            });
  }

  /**
   * Submits a request, unless one was submitted under its idempotency key, and watches it. While
   * another call under the same key sends its request, this one waits for the outcome: if that one
   * fails, this one sends its own.
   *
   * @param watcher hears of it, also of a result that is there already
   * @throws ApiException if a limit is reached, too many wait, the key stands for another request,
   *     or the log does not take it
   */
  public Submitted submit(JudgedRequest judged, Watcher watcher) {
    return submit(judged, Recording.NONE, watcher);
  }

  /**
   * The same, and writes something down with it.
   *
   * @param recording is asked to write unless the request was submitted before
   * @throws HomeException if its home moves at this moment
   */
  public Submitted submit(JudgedRequest judged, Recording recording, Watcher watcher) {
    SubmissionRequest call = judged.call();
    if (call.namedId().isEmpty()) {
      return submit(judged, newId(call.idPrefix()), recording, watcher);
    }
    String id = call.namedId().get();
    try (SendTurns.Turn _ =
        turns
            .take(RequestKey.of(call.caller().tenant(), id), LONGEST_SEND)
            .orElseThrow(Submissions::notStored)) {
      return submit(judged, id, recording, watcher);
    }
  }

  private Submitted submit(JudgedRequest judged, String id, Recording recording, Watcher watcher) {
    SubmissionRequest call = judged.call();
    String tenant = call.caller().tenant();
    int home = homes.of(id);
    Optional<String> fingerprint =
        call.idempotencyKey()
            .map(_ -> IdempotentId.fingerprint(call.endpoint().path(), call.body()));
    Limiter.Admission admission =
        isRepeated(call)
            ? limiter.admit(Caller.ANYBODY, 0)
            : limiter.admit(
                call.caller(), TokenEstimate.of(judged.facts(), call.endpoint().generates()));
    // What is open here is closed again unless the request is under way.
    Deque<Runnable> undo = new ArrayDeque<>();
    undo.push(() -> admission.settle(0));
    try {
      Asker asker = new Asker(watcher);
      Watches.Watch watch = watch(tenant, id, asker);
      undo.push(watch::close);
      RecentRequests.Noted noted =
          recent.submitted(
              home,
              tenant,
              id,
              judged.serviceClass(),
              judged.facts().model(),
              fingerprint,
              clock.instant());
      if (noted.before().isEmpty()) {
        undo.push(() -> recent.forget(home, tenant, id));
      }
      Optional<String> asked = asked(noted.before(), tenant, id);
      requireSame(asked, fingerprint);
      if (noted.before().isPresent() && asked.isPresent()) {
        // It is under way, or has been answered, so that nothing is to be sent.
        admission.settle(0);
        return submitted(id, judged, watch, noted, admission);
      }
      admissions.hold(call.caller(), id, home, admission);
      undo.push(() -> admissions.release(tenant, id));
      CompletableFuture<Void> recorded = recording.write(id);
      undo.push(() -> recording.undo(id));
      fingerprint.ifPresent(print -> last(keys.note(tenant, id, print, clock.instant())));
      asker.begin();
      send(judged, id);
      undo.push(() -> cancel(tenant, id));
      last(recorded);
      return submitted(
          id, judged, watch, new RecentRequests.Noted(Optional.empty(), noted.now()), admission);
    } catch (RuntimeException refused) {
      undo.forEach(Runnable::run);
      throw refused;
    }
  }

  /** Waits until something lasts. */
  private static void last(CompletableFuture<Void> written) {
    try {
      written.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      if (failed.getCause() instanceof ApiException refused) {
        throw refused;
      }
      throw failed;
    }
  }

  private void cancel(String tenant, String id) {
    try {
      var _ = gateway.cancel(tenant, id);
    } catch (RuntimeException cannot) {
      LOG.warn("Request {} goes on, for it cannot be cancelled: {}", id, cannot.toString());
    }
  }

  /** What was asked before under the idempotency key from which an id follows. */
  private Optional<String> asked(Optional<KnownRequest> before, String tenant, String id) {
    return before.flatMap(KnownRequest::fingerprint).or(() -> keys.fingerprint(tenant, id));
  }

  /** Whether a request was submitted under this idempotency key: its answer costs nothing more. */
  private boolean isRepeated(SubmissionRequest call) {
    String tenant = call.caller().tenant();
    Optional<String> id = call.namedId();
    Optional<KnownRequest> before = id.flatMap(each -> recent.find(homes.of(each), tenant, each));
    return before.isPresent() && asked(before, tenant, id.get()).isPresent();
  }

  private static Submitted submitted(
      String id,
      JudgedRequest judged,
      Watches.Watch watch,
      RecentRequests.Noted noted,
      Limiter.Admission admission) {
    return new Submitted(
        id,
        judged.serviceClass(),
        judged.call().idempotencyKey().isPresent(),
        watch,
        noted.before(),
        noted.now(),
        admission.headers());
  }

  private String newId(String prefix) {
    try {
      return homes.newId(prefix);
    } catch (NoHomeException notYet) {
      throw new ApiException(
          ApiError.unavailable(
              "This instance is not ready; try again in a moment.", Duration.ofSeconds(1)));
    }
  }

  /**
   * Watches a request that was submitted.
   *
   * @throws ApiException if too many of the tenant's requests are waited for, or of all together
   */
  public Watches.Watch watch(String tenant, String id, Watcher watcher) {
    return watches.watch(tenant, id, homes.of(id), watcher);
  }

  private static void requireSame(Optional<String> asked, Optional<String> fingerprint) {
    if (asked.isPresent() && !asked.equals(fingerprint)) {
      throw new ApiException(ResultReply.conflict());
    }
  }

  private void send(JudgedRequest judged, String id) {
    SubmissionRequest call = judged.call();
    String tenant = call.caller().tenant();
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId(id)
            .setTenant(tenant)
            .setEndpoint(call.endpoint().path())
            .setModel(judged.facts().model())
            .setBody(ByteBuffer.wrap(call.body()))
            .setServiceClass(judged.serviceClass())
            .setDeadline(judged.deadline().orElse(null))
            .setCreatedAt(clock.instant())
            .setStream(judged.facts().stream())
            .setWebhook(call.webhook().orElse(WebhookChoice.TENANT))
            .build();
    try {
      CompletableFuture<Void> sent = gateway.submit(request, call.traceparent().orElse(null));
      sent.join();
    } catch (IllegalArgumentException wrong) {
      throw new ApiException(ApiError.invalid(400, "invalid_value", wrong.getMessage()));
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof KafkaUnavailableException away) {
        LOG.warn("Request {} was not sent", id, away);
        throw notStored();
      }
      throw failed;
    }
  }

  private static ApiException notStored() {
    return new ApiException(
        ApiError.unavailable(
            "The request could not be stored; try again in a moment.", Duration.ofSeconds(2)));
  }
}
